-- The error handler never ends.
-- expect: RULE_BUDGET
rule "x" { type = integer, function(c)
  xpcall(function() error("x") end, function() while true do end end)
  return 1
end }
