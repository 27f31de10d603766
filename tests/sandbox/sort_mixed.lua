-- Values that have no order among each other.
-- expect: RULE_ERROR cannot be compared with
rule "x" { type = integer, function(c) table.sort({ 1, "a", 2 }) return 1 end }
