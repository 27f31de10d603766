-- Inserting at the front of a long list, over and over.
-- expect: RULE_BUDGET
rule "x" { type = integer, function(c)
  local t = {}
  while true do table.insert(t, 1, 0) end
end }
