-- A loop that never ends while the pack is loaded.
-- expect: load error loading takes more than
-- line: 4
while true do end
