-- No function becomes bytecode.
-- expect: RULE_ERROR there is no function 'dump'
rule "x" { type = text, function(c) return string.dump(function() end) end }
