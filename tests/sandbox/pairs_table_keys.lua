-- Tables as keys have no order.
-- expect: RULE_ERROR pairs: a key is a table
rule "x" { type = integer, function(c)
  for k in pairs({ [{}] = 1 }) do return 1 end
  return 0
end }
