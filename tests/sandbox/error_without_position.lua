-- An error that says nothing of where it is: the fault does.
-- expect: RULE_ERROR just this
-- line: 4
rule "x" { type = integer, function(c) error("just this", 0) end }
