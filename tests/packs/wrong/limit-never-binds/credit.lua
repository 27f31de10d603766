limit "credit_limit" {
  start { "if visits > 5 then 4000 else 2000" },
  times { "visits / 9" },
  at_most { { "5000", "CAP" }, { "amount" } },
  at_least { "0" },
  zero { "visits > 9" },
  round_down(100),
}

codes "reasons" { "BANNED", "CAP" }
