-- A position that is not there.
-- expect: RULE_ERROR position out of bounds
rule "x" { type = integer, function(c) table.insert({ 1 }, 5, 2) return 1 end }
