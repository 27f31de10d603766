-- An error that is a function.
-- expect: RULE_ERROR an error without a text was raised (a function)
rule "x" { type = integer, function(c) error(error) end }
