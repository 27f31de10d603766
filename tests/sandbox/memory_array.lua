-- One list without end.
-- expect: RULE_MEMORY
rule "x" { type = integer, function(c)
  local t = {}
  while true do t[#t + 1] = 1 end
end }
