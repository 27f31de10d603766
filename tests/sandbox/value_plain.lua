-- A rule like any other.
-- expect: value 1012
rule "x" { type = integer, function(c) return c.amount + c.days end }
