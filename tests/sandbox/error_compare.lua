-- Values of different types have no order.
-- expect: RULE_ERROR attempt to compare number with nil
rule "x" { type = boolean, function(c) return c.missing > 5 end }
