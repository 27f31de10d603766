-- The commonest mistake, with the place.
-- expect: RULE_ERROR 'address' is missing (nil), and nothing can be read from it
-- line: 5
rule "x" { type = text, function(c)
  return c.address.city
end }
