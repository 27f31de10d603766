-- Modulo zero.
-- expect: RULE_ERROR a whole number is divided by zero
rule "x" { type = integer, function(c) return c.amount % 0 end }
