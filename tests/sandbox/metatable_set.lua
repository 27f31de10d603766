-- No metatables, so no __gc, __close, __index functions.
-- expect: load error there is no 'setmetatable'
-- line: 5
rule "x" { type = integer, function(c)
  setmetatable({}, { __gc = function() end })
  return 1
end }
