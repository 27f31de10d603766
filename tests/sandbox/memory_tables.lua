-- Tables in tables without end.
-- expect: RULE_MEMORY
rule "x" { type = integer, function(c)
  local t = {}
  while true do t = { t } end
end }
