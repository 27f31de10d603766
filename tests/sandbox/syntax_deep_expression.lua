-- An expression nested deeper than the compiler's own stack.
-- expect: load error overflow
-- append 5000 times: (
local x = 
