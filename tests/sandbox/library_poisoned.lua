-- A function of a library replaced for everyone.
-- expect: RULE_ERROR read-only
-- line: 5
rule "x" { type = integer, function(c)
  string.rep = function() return "poison" end
  return 1
end }
