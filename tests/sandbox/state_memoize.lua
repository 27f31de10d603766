-- A cache is a state as well.
-- expect: RULE_ERROR read-only: a rule cannot change what was made at load (field 'retail')
local cache = {}
rule "x" { type = integer, function(c)
  if not cache[c.industry] then cache[c.industry] = c.amount end
  return cache[c.industry]
end }
