-- The bytes of a text of one, up to the thousand millionth.
-- expect: value 120
rule "x" { type = integer, function(c) return string.byte("x", 1, 1000000000) end }
