-- A format that repeats itself a million times.
-- expect: RULE_ERROR argument 
rule "x" { type = text, function(c) return ("%s"):rep(1000000):format(1) end }
