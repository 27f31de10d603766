-- A text without an end.
-- expect: load error unfinished string
-- line: 4
local s = "abc
