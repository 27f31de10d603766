-- Integer division by zero.
-- expect: RULE_ERROR attempt to 
rule "x" { type = integer, function(c) return c.amount // 0 end }
