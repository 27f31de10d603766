-- A pattern that goes deeper than is allowed.
-- expect: RULE_ERROR pattern too complex
rule "x" { type = boolean, function(c) return ("a"):rep(300):find(("a?"):rep(300) .. "b") ~= nil end }
