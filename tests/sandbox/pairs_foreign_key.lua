-- The step called with a key that is not there.
-- expect: RULE_ERROR a key that is not of its table
rule "x" { type = text, function(c)
  local step = pairs({ a = 1 })
  return step(nil, "zzz")
end }
