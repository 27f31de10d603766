-- Searching a large text for what is not there, from every position.
-- expect: RULE_BUDGET
rule "x" { type = boolean, function(c) return ("a"):rep(100000):find(".-b") ~= nil end }
