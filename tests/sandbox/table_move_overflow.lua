-- A range that wraps around.
-- expect: RULE_ERROR too many elements to move
rule "x" { type = integer, function(c)
  table.move({ 1 }, math.mininteger, math.maxinteger, 2)
  return 1
end }
