-- A variable to be closed needs a value that can be: scripts can make none.
-- expect: RULE_ERROR variable 'x' got a non-closable value
rule "x" { type = integer, function(c)
  local x <close> = {}
  return 1
end }
