-- Too few arguments.
-- expect: RULE_ERROR bad argument #3 to 'format'
rule "x" { type = text, function(c) return string.format("%d %d", 1) end }
