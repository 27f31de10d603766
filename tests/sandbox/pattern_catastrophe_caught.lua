-- The same in a protected call.
-- expect: RULE_BUDGET
rule "x" { type = boolean, function(c)
  while true do pcall(string.find, ("a"):rep(60), (".-"):rep(30) .. "b") end
end }
