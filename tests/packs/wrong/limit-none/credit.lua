limit "credit_limit" {
  start { "amount", missing = 0, none = "0" },
  at_most { "5000", "CAP", code = "CAP" },
  plus { "10", value = true },
  zero { "banned", "BANNED" },
  zero { { "amount < 10", "SMALL", value = true } },
  round_down(100),
}

codes "reasons" { "BANNED", "CAP", "SMALL" }
