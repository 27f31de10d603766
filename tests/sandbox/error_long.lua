-- A message of a megabyte.
-- expect: RULE_ERROR xxxxxxxxxxxxxxxx
rule "x" { type = integer, function(c) error(("x"):rep(100000)) end }
