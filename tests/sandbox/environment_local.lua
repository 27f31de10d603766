-- Another set of globals.
-- expect: load error _ENV cannot be used
-- line: 5
rule "x" { type = integer, function(c)
  local _ENV = { counter = 1 }
  counter = counter + 1
  return counter
end }
