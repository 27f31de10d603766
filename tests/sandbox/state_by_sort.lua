-- table.sort of a captured table would reorder it for the next record.
-- expect: RULE_ERROR read-only
local list = { 3, 1, 2 }
rule "x" { type = integer, function(c)
  table.sort(list)
  return list[1]
end }
