-- Modulo zero.
-- expect: RULE_ERROR attempt to perform 'n%
rule "x" { type = integer, function(c) return c.amount % 0 end }
