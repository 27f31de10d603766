-- Functions without end.
-- expect: RULE_MEMORY
rule "x" { type = integer, function(c)
  local t = {}
  for i = 1, 10000000 do t[i] = function() return i end end
  return #t
end }
