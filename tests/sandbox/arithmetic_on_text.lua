-- A text is not a number: reading a long one would cost more than an instruction may.
-- expect: RULE_ERROR attempt to perform arithmetic on a string value
rule "x" { type = integer, function(c) return "10" + 1 end }
