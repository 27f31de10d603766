limit "credit_limit" {
  start { "amount" },
  at_most { "visits * 100", "CAP" },
  round_down(100),
}

codes "reasons" { "BANNED", "CAP" }
codes "warnings" { data_missing { "amount", "visits" } }
