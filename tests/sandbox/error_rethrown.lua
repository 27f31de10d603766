-- An error caught and raised again keeps its place.
-- expect: RULE_ERROR original
-- line: 5
rule "x" { type = integer, function(c)
  local ok, e = pcall(function() error("original") end)
  error(e, 0)
end }
