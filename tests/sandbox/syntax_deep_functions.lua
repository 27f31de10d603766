-- Functions in functions.
-- expect: load error nested too deeply
-- append 3000 times: function(a) return 
local x = 
