-- So would a table in a table in a function that a function holds.
-- expect: RULE_ERROR this table is read-only
local inner = { list = { {} } }
local function get() return inner.list[1] end
local function wrap() return get() end
rule "x" { type = integer, function(c)
  local t = wrap()
  t[#t + 1] = c.amount
  return #t
end }
