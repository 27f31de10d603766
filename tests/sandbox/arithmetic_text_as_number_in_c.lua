-- Nor do functions take a text for a number.
-- expect: RULE_ERROR argument 1 of floor must be a number, and is a text
rule "x" { type = integer, function(c) return math.floor(("9"):rep(1000000)) end }
