-- A missing end.
-- expect: load error 'end' expected
rule "x" { type = integer, function(c) return 1
