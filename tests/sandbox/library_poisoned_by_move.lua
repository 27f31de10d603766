-- Or by moving elements into it.
-- expect: RULE_ERROR read-only
rule "x" { type = integer, function(c)
  table.move({ 1, 2 }, 1, 2, 1, string)
  return 1
end }
