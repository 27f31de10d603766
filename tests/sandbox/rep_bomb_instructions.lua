-- The same made of single characters: the work comes first.
-- expect: RULE_BUDGET
rule "x" { type = text, function(c) return ("x"):rep(30000000) end }
