limit "credit_limit" {
  start { "amount" },
  at_most { "5000", "CAP" },
  zero { "banned", silences = { "CPA" } },
  round_down(100),
}

codes "reasons" { "BANNED", "CAP" }
