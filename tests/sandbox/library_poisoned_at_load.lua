-- The same while the pack is loaded.
-- expect: load error read-only
-- line: 4
math.floor = nil
rule "x" { type = integer, function(c) return 1 end }
