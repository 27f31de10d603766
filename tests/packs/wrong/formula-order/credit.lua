limit "credit_limit" {
  start { "amount" },
  at_most { "5000", "CAP" },
  round_down(100),
}

codes "reasons" { "BANNED", "CAP" }

decision_table "terms" { inputs = { "amount" },
  { "> 100", "net" }, { "-", "prepay" } }

derive "worse" { "terms worse than net" }
derive "less" { "amount better than 5" }
