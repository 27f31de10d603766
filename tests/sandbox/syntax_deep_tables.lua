-- Tables nested without end.
-- expect: load error overflow
-- append 5000 times: {
local x = 
