-- repeat until false.
-- expect: RULE_BUDGET
rule "x" { type = integer, function(c) repeat local a = c.amount until a < 0 end }
