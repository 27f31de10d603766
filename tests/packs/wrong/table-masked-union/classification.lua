scorecard "score" {
  characteristic { "amount", { ">= 1000", 100 }, { "-", 0 } },
}
bands "grade" { of = "score", { "A", 50 }, { "B" } }

decision_table "tier" {
  inputs = { "amount", "banned" },
  { "< 1000",       "true",        "low" },
  { "< 1000, null", "false, null", "middle" },
  { "[10..20]",     "-",           "low" },
  { "-",            "-",           "high" },
}
