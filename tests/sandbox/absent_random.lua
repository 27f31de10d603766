-- No chance.
-- expect: RULE_ERROR there is no function 'random'
rule "x" { type = number, function(c) return math.random() end }
