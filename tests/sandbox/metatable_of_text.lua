-- The metatable of all texts cannot be reached.
-- expect: load error there is no 'getmetatable'
rule "x" { type = integer, function(c)
  getmetatable("").__index = function() return 1 end
  return 1
end }
