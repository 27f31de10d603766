-- More values than a stack can hold.
-- expect: RULE_ERROR too many results to unpack
rule "x" { type = integer, function(c) return select("#", table.unpack({}, 1, 10000000)) end }
