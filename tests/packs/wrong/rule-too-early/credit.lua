rule "big" { type = boolean, function(c) return c.credit_limit > 10 end }
limit "credit_limit" {
  start { "amount" },
  at_most { "5000", "CAP" },
  round_down(100),
}

codes "reasons" { "BANNED", "CAP" }
