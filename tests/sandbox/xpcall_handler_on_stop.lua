-- The error handler tries to keep the stop of the body for itself.
-- expect: RULE_BUDGET
rule "x" { type = integer, function(c)
  local ok, v = xpcall(function() while true do end end, function() return 7 end)
  return v
end }
