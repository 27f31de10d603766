-- A variable of a function that ran at load.
-- expect: load error 'n' is a variable of an outer function
-- line: 5
local function counter() local n = 0
  return function() n = n + 1 return n end
end
local next_number = counter()
rule "x" { type = integer, function(c) return next_number() end }
