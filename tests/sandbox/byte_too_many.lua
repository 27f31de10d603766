-- The bytes of a large text as values.
-- expect: RULE_ERROR string slice too long
rule "x" { type = integer, function(c) return (("x"):rep(2000000):byte(1, -1)) end }
