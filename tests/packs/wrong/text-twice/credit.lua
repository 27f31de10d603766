limit "credit_limit" {
  start { "amount" },
  at_most { "5000", "CAP" },
  round_down(100),
}

codes "reasons" { "BANNED", "CAP" }

watch "alerts" {
  { "CUT", cut = { "credit_limit", "30%" }, text = "Much less than before." },
}
