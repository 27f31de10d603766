-- Values of different types have no order.
-- expect: RULE_ERROR a number cannot be compared with a missing value (nil)
rule "x" { type = boolean, function(c) return c.missing > 5 end }
