-- Comparing large texts inside one call.
-- expect: RULE_BUDGET
rule "x" { type = integer, function(c)
  local t, s = {}, ("x"):rep(100000)
  for i = 1, 40 do t[i] = s .. (41 - i) end
  while true do
    table.sort(t)
    table.sort(t, function(a, b) return b < a end)
  end
end }
