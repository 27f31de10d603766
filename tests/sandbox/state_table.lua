-- So would a table.
-- expect: RULE_ERROR this table is read-only
-- line: 6
local state = { seen = 0 }
rule "x" { type = integer, function(c)
  state.seen = state.seen + 1
  return state.seen
end }
