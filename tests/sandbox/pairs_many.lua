-- Walking a large table, over and over.
-- expect: RULE_BUDGET
rule "x" { type = integer, function(c)
  local t = {}
  for i = 1, 20000 do t["k" .. i] = i end
  while true do for k in pairs(t) do break end end
end }
