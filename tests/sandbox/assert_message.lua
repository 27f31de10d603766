-- assert as a rule may use it.
-- expect: RULE_ERROR amount too small
rule "x" { type = integer, function(c) assert(c.amount > 5000, "amount too small") return 1 end }
