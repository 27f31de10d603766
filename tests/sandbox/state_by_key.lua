-- A table used as a key of a captured table is frozen too.
-- expect: RULE_ERROR pairs: a key is a table
local key = {}
local t = { [key] = 1 }
rule "x" { type = integer, function(c)
  for k in pairs(t) do k.n = 1 end
  return 1
end }
