-- A width of a hundred thousand.
-- expect: RULE_ERROR two digits at most
rule "x" { type = text, function(c) return ("%99999d"):format(1) end }
