-- Nothing, very often.
-- expect: value 0
rule "x" { type = integer, function(c) return #(""):rep(9223372036854775807) end }
