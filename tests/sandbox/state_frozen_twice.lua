-- One table reached in two ways, and in a circle, is frozen once.
-- expect: value true 5
local a = { v = 5 }
local b = { a = a }
a.b = b
rule "x" { type = text, function(c) return tostring(a.b.a == a) .. " " .. b.a.b.a.v end }
