-- One instruction that copies thousands of values, again and again.
-- expect: RULE_BUDGET
rule "x" { type = integer, function(c)
  local t = {}
  for i = 1, 6000 do t[i] = i end
  local function none() end
  local function spin(...)
    while true do none(...) end
  end
  spin(table.unpack(t))
end }
