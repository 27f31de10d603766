-- A counter in an outer variable would carry a value from one record to the next.
-- expect: load error 'seen' is a variable of an outer function
-- line: 6
local seen = 0
rule "x" { type = integer, function(c)
  seen = seen + 1
  return seen
end }
