-- NaN is no key.
-- expect: RULE_ERROR index is NaN
rule "x" { type = integer, function(c)
  local t = {}
  t[0 / 0] = 1
  return 1
end }
