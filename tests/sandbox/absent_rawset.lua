-- No way around what is read-only.
-- expect: load error there is no 'rawset'
rule "x" { type = integer, function(c) rawset(math, "pi", 3) return 1 end }
