-- The handler is no function.
-- expect: RULE_ERROR argument 2 of xpcall
rule "x" { type = text, function(c) return xpcall(error, 5) end }
