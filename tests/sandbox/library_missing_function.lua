-- A function that the library does not have.
-- expect: RULE_ERROR attempt to call a nil value (field 'trim')
rule "x" { type = text, function(c) return string.trim(c.name) end }
