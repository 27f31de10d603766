-- Nor do functions take a text for a number.
-- expect: RULE_ERROR number expected, got string
rule "x" { type = integer, function(c) return math.floor(("9"):rep(1000000)) end }
