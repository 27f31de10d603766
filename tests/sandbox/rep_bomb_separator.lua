-- The same by the separator.
-- expect: RULE_ERROR resulting string too large
rule "x" { type = text, function(c) return (""):rep(9223372036854775807, "xx") end }
