-- Catches the stop and gives a value as if nothing had been.
-- expect: RULE_BUDGET
rule "x" { type = integer, function(c)
  local ok = pcall(function() while true do end end)
  return ok and 1 or 2
end }
