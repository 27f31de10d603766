-- The walk over broken text ends in an error.
-- expect: RULE_ERROR invalid UTF-8 code
rule "x" { type = integer, function(c)
  for _ in utf8.codes("ab\xFF") do end
  return 1
end }
