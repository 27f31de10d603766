-- An error that is a table shows none.
-- expect: RULE_ERROR an error without a text was raised (a table)
rule "x" { type = integer, function(c) error({}) end }
