limit "credit_limit" {
  start { "amount", least = { "amount" } },
  plus {},
  zero { "banned", "BANNED", silences = "CAP" },
  at_most { { "5000", "CAP", wen = "amount > 0" } },
}

codes "reasons" { "BANNED", "CAP" }
