-- A float that is no integer where one is needed.
-- expect: RULE_ERROR number has no integer representation
rule "x" { type = text, function(c) return ("x"):rep(1.5) end }
