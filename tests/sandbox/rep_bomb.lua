-- A text of a petabyte.
-- expect: RULE_ERROR resulting string too large
rule "x" { type = text, function(c) return ("x"):rep(1000000000000000) end }
