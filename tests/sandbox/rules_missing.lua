-- A missing argument makes a missing result, and one that is not given an error.
-- expect: RULE_ERROR value expected
-- line: 6
rule "x" { type = integer, function(c)
  if dates.add_days(nil, 1) ~= nil or stats.sum(nil) ~= nil or texts.trim(nil) ~= nil then return 0 end
  return rounding.half_up()
end }
