-- An iterator of gmatch knows where it stands.
-- expect: load error an iterator of gmatch is kept
local words = ("a b c"):gmatch("%a")
rule "x" { type = text, function(c) return words() end }
