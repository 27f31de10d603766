-- The handler is no function.
-- expect: RULE_ERROR bad argument #2 to 'xpcall'
rule "x" { type = text, function(c) return xpcall(error, 5) end }
