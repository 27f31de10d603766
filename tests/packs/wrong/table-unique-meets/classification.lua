scorecard "score" {
  characteristic { "amount", { ">= 1000", 100 }, { "-", 0 } },
}

bands "grade" { of = "score", { "A", 50 }, { "B" } }
decision_table "tier" {
  hit = "unique",
  inputs = { "amount", "banned" },
  { "< 1000", "true", "high" },
  { "< 1000", "false, null", "middle" },
  { "[500..1000]", "true, false", "low" },
  { "> 1000, null", "-", "none" },
}
