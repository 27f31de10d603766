-- An order that never ends.
-- expect: RULE_BUDGET
rule "x" { type = integer, function(c)
  table.sort({ 2, 1 }, function() while true do end end)
  return 1
end }
