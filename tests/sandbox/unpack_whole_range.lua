-- From the least to the greatest integer.
-- expect: RULE_ERROR too many results to unpack
rule "x" { type = integer, function(c)
  return select("#", table.unpack({}, math.mininteger, math.maxinteger))
end }
