limit "credit_limit" {
  start { "amount" },
  at_most { "5000", "CAP" },
  round_down(100),
}

codes "reasons" { "UP", "BANNED", "CAP" }
