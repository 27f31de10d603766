-- Moving more elements than memory has bytes.
-- expect: RULE_BUDGET
rule "x" { type = integer, function(c)
  table.move({ 1 }, 1, 1000000000000, 2)
  return 1
end }
