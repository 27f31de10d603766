-- A list of large texts put together.
-- expect: RULE_MEMORY
rule "x" { type = text, function(c)
  local t, s = {}, ("x"):rep(100000)
  for i = 1, 1000 do t[i] = s end
  return table.concat(t)
end }
