-- No function becomes bytecode.
-- expect: RULE_ERROR attempt to call a nil value (field 'dump')
rule "x" { type = text, function(c) return string.dump(function() end) end }
