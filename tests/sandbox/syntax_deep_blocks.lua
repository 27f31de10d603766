-- Blocks in blocks.
-- expect: load error nested too deeply
-- append 3000 times: do 
local x = 1
