-- A loop that catches whatever stops it, and goes on.
-- expect: RULE_BUDGET
rule "x" { type = integer, function(c)
  while true do
    pcall(function() while true do end end)
  end
end }
