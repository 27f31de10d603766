-- Walking arguments by select is quadratic.
-- expect: RULE_BUDGET
rule "x" { type = integer, function(c)
  local t = {}
  for i = 1, 4000 do t[i] = i end
  local function sum(...)
    local n = 0
    for i = 1, select("#", ...) do n = n + select(i, ...) end
    return n
  end
  while true do sum(table.unpack(t)) end
end }
