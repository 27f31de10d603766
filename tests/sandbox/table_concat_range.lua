-- More elements than there are numbers.
-- expect: RULE_ERROR invalid value
rule "x" { type = text, function(c) return table.concat({ 1, 2 }, "", 1, math.maxinteger) end }
