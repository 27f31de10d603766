-- The refused memory cannot be caught.
-- expect: RULE_MEMORY
rule "x" { type = integer, function(c)
  for i = 1, 100 do pcall(function() return ("x"):rep(100):rep(300000) end) end
  return 1
end }
