-- A mistake while the pack is loaded.
-- expect: load error attempt to index a nil value
-- line: 5
local t
t.x = 1
