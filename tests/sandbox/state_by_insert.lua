-- table.insert into a captured table.
-- expect: RULE_ERROR read-only
local list = {}
rule "x" { type = integer, function(c)
  table.insert(list, c.amount)
  return #list
end }
