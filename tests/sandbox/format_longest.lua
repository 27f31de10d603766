-- The longest that a number can get.
-- expect: value 410
rule "x" { type = integer, function(c) return #("%99.99f"):format(-1e308) end }
