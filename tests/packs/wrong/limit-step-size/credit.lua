limit "credit_limit" {
  start { "amount" },
  step_up { "0", of = "amount" },
  step_up { "0.25", of = "amount" },
  step_down { "100%", of = "amount" },
  step_up { "25%", of = "amonut", code = "CAP" },
  step_up { "25%", of = "last_contact", code = "CAP" },
  round_down(100),
}

codes "reasons" { "BANNED", "CAP" }
