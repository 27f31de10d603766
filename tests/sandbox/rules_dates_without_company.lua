-- Working days are the company's: without one there are none.
-- expect: RULE_ERROR the company's calendar is known when rules run
-- line: 5
rule "x" { type = text, function(c)
  return dates.add_workdays("2025-09-26", 1)
end }
