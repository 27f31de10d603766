limit "credit_limit" {
  start { "amount" },
  step_up { "25%" },
  step_down { { "25%" }, { "10%" }, of = "amount", missing = 0 },
  step_up { "0%", of = "amount", code = "CAP" },
  round_down(100),
}

codes "reasons" { "BANNED", "CAP" }
