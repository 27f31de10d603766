-- A full table that is rebuilt for each new key.
-- expect: RULE_BUDGET
rule "x" { type = integer, function(c)
  local t = {}
  for i = 1, 32768 do t["k" .. i] = true end
  local i = 1
  while true do
    t["k" .. i] = nil
    t["k" .. i + 32768] = true
    i = i + 1
  end
end }
