-- The order of memory cannot be seen.
-- expect: load error there is no 'next'
rule "x" { type = text, function(c) return next({ a = 1, b = 2 }) end }
