-- Forty captures.
-- expect: RULE_ERROR too many captures
rule "x" { type = text, function(c) return ("a"):rep(40):match(("(a)"):rep(40)) end }
