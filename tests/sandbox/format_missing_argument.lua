-- Too few arguments.
-- expect: RULE_ERROR argument 3 of format
rule "x" { type = text, function(c) return string.format("%d %d", 1) end }
