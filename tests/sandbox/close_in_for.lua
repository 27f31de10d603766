-- The fourth value of a generic for is to be closed.
-- expect: RULE_ERROR non-closable value
rule "x" { type = integer, function(c)
  for k in function() return nil end, nil, nil, {} do return k end
  return 1
end }
