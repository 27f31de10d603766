limit "credit_limit" {
  start { "amount / 0" },
  at_most { "5000", "CAP" },
  round_down(100),
  missing = 0,
}

codes "reasons" { "BANNED", "CAP", "LATE" }
