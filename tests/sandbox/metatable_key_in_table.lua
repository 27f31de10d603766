-- Fields that are named like metamethods are only fields.
-- expect: RULE_ERROR as if it were a function
rule "x" { type = integer, function(c)
  local t = { __call = function() return 1 end, __index = { a = 1 }, __gc = function() end }
  if t.a ~= nil or t.__metatable ~= nil then return 2 end
  return t()
end }
