-- An error that is nothing.
-- expect: RULE_ERROR an error without a text was raised (a nil)
rule "x" { type = integer, function(c) error(nil) end }
