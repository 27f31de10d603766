-- No chance.
-- expect: RULE_ERROR attempt to call a nil value (field 'random')
rule "x" { type = number, function(c) return math.random() end }
