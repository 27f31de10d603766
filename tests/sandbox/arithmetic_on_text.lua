-- A text is not a number: reading a long one would cost more than an instruction may.
-- expect: RULE_ERROR a text, and cannot be computed with
rule "x" { type = integer, function(c) return "10" + 1 end }
