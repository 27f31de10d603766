-- Half a megabyte of names within many functions: the compiler looks for each in all of them.
-- expect: load error too large and too deeply nested
-- append 80 times: function() return 
-- append 200000 times: xy,
local f = 
