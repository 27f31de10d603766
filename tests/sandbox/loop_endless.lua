-- A loop that never ends.
-- expect: RULE_BUDGET
-- line: 4
rule "x" { type = integer, function(c) while true do end end }
