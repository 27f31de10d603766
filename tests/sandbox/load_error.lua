-- A mistake while the pack is loaded.
-- expect: load error is missing (nil), and nothing can be read from it
-- line: 5
local t
t.x = 1
