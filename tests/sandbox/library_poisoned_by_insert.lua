-- The same through the functions that write tables.
-- expect: RULE_ERROR read-only
rule "x" { type = integer, function(c)
  table.insert(table, function() end)
  return 1
end }
