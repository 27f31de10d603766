-- The commonest mistake, with the place.
-- expect: RULE_ERROR attempt to index a nil value (field 'address')
-- line: 5
rule "x" { type = text, function(c)
  return c.address.city
end }
