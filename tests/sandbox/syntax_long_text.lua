-- A text of half a megabyte in the script.
-- expect: value 500000
-- append 500000 times: x
-- then: ]==] rule "x" { type = integer, function(c) return #s end }
local s = [==[