limit "credit_limit" {
  start { "amount" },
  at_most { "5000", "CAP" },
  round_down(100),
}

codes "reasons" { "BANNED", "CAP" }

rule "one" { type = boolean, "true" }
rule "two" { function(c) return c.amount end }
rule "three" { type = boolean, function() return true end }
