limit "credit_limit" {
  start { "amount" },
  at_most { "5000", "CAP" },
  round_down(100),
}

codes "reasons" { "BANNED", "CAP" }

rule "big" { type = boolean, function(c)
  c.amount = 3
  return true
end }
