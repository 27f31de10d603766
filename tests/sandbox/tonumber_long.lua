-- A number of a million digits is none.
-- expect: value nil
rule "x" { type = text, function(c) return tostring(tonumber(("9"):rep(1000000))) end }
