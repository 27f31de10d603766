limit "credit_limit" {
  start { "amount" },
  at_most { "5000", "CAP" },
  round_down(100),
}

codes "reasons" { "BANNED", "CAP" }

derive "capped" { "CPA in reasons" }
derive "held" { "reasons = null" }
derive "many" { "count(amount) > 1" }
