-- Shifts by more bits than there are.
-- expect: value 0 0 -1
rule "x" { type = text, function(c) return (1 << 64) .. " " .. (1 >> 9000) .. " " .. ~0 end }
