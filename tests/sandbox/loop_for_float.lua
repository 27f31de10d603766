-- A loop with a step too small to move its variable.
-- expect: RULE_BUDGET
rule "x" { type = number, function(c)
  local n = 0
  for x = 1e16, 1e17, 0.5 do n = n + 1 end
  return n
end }
