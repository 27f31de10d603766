-- The row is the rule's own: what it writes there is gone with the call.
-- expect: value 1001
rule "x" { type = integer, function(c)
  c.amount = c.amount + 1
  return c.amount
end }
