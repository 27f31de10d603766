-- All memory taken while the pack is loaded.
-- expect: load error bytes of memory
local t = {}
while true do t[#t + 1] = ("x"):rep(100):rep(1000) .. #t end
