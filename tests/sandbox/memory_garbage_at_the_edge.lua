-- Nearly all memory held, and garbage made in what is left: each collection is dear.
-- expect: RULE_BUDGET
rule "x" { type = integer, function(c)
  local keep = {}
  for i = 1, 60 do keep[i] = ("x"):rep(100000 + i) end
  while true do
    local t = { { {} } }
  end
end }
