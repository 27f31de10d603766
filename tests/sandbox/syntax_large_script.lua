-- A script of ten megabytes.
-- expect: load error at most 1048576 are allowed
-- append 1000000 times: local x=1 
local y = 1
