-- A function of the library of rules replaced for everyone.
-- expect: RULE_ERROR read-only
-- line: 5
rule "x" { type = integer, function(c)
  dates.add_days = function() return "2099-01-01" end
  return 1
end }
