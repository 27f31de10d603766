-- A function that the library does not have.
-- expect: RULE_ERROR there is no function 'trim'
rule "x" { type = text, function(c) return string.trim(c.name) end }
