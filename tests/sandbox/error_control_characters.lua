-- A message that would write over the terminal.
-- expect: RULE_ERROR \x1B
rule "x" { type = integer, function(c) error("a\27[2Jb") end }
