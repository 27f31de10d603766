limit "credit_limit" {
  start { "amount" },
  at_most { "5000", "CAP" },
  round_down(100),
}

codes "reasons" { "BANNED", "CAP" }

local seen = 0
rule "count" { type = integer, function(c)
  seen = seen + c.amount
  return seen
end }
