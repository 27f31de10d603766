-- %b from every position of a large text.
-- expect: RULE_BUDGET
rule "x" { type = boolean, function(c) return ("("):rep(50000):find("%b()") ~= nil end }
