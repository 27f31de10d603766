-- A loop made of goto.
-- expect: RULE_BUDGET
rule "x" { type = integer, function(c)
  ::again::
  goto again
end }
