-- The same with just so many values that the stack stays small.
-- expect: RULE_BUDGET
rule "x" { type = integer, function(c)
  local t = {}
  for i = 1, 900 do t[i] = i end
  local function none() end
  local function spin(...)
    while true do none(...) none(...) none(...) none(...) end
  end
  spin(table.unpack(t))
end }
