-- Removing at the front of a long list.
-- expect: RULE_BUDGET
rule "x" { type = integer, function(c)
  local t = {}
  for i = 1, 20000 do t[i] = i end
  while #t > 0 do table.remove(t, 1) end
  return 1
end }
