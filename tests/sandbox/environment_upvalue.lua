-- The globals as a table to write to.
-- expect: load error _ENV cannot be used
local globals = _ENV
rule "x" { type = integer, function(c)
  globals.counter = (globals.counter or 0) + 1
  return globals.counter
end }
