limit "credit_limit" {
  times { "2" },
  round_down(0),
  start { "amount" },
  at_most { "5000", "CAP", "MORE" },
}

codes "reasons" { "BANNED", "CAP" }
