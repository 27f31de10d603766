-- More local variables than a function may have.
-- expect: load error too many local variables
-- append 300 times: local y = 1 
local x = 1
