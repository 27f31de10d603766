-- There is no %p.
-- expect: RULE_ERROR invalid conversion '%p'
rule "x" { type = text, function(c) return ("%p"):format({}) end }
