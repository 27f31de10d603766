-- A numeric loop over more numbers than a life has seconds.
-- expect: RULE_BUDGET
-- line: 6
rule "x" { type = integer, function(c)
  local n = 0
  for i = 1, 1000000000000000000 do n = n + i % 7 end
  return n
end }
