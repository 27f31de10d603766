-- A text of some dozen megabytes.
-- expect: RULE_MEMORY
rule "x" { type = text, function(c) return ("x"):rep(100):rep(300000) end }
