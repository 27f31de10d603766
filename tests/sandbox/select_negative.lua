-- From the end, and far beyond it.
-- expect: RULE_ERROR index out of range
rule "x" { type = integer, function(c)
  if select(-1, 1, 2, 3) ~= 3 then return 0 end
  return select(-1000000000, 1)
end }
