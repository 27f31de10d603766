-- A replacement that is a table.
-- expect: RULE_ERROR invalid replacement value (a table)
rule "x" { type = text, function(c) return (("a"):gsub("a", function() return {} end)) end }
