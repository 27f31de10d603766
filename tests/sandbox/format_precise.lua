-- A precision of a thousand.
-- expect: RULE_ERROR two digits at most
rule "x" { type = text, function(c) return ("%.1000f"):format(1) end }
