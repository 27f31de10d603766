-- Another set of globals, as a parameter.
-- expect: load error _ENV cannot be used
local function f(_ENV) x = 1 return x end
rule "x" { type = integer, function(c) return f({}) end }
