scorecard "score" {
  characteristic { "amount", { ">= 1000", 100 }, { "-", 0 } },
}

bands "grade" { of = "score", { "A", 50 }, { "B" } }
decision_table "tier" {
  hit = "unique",
  inputs = { "amount", "grade" },
  { "< 1000", "A", "high" },
  { ">= 1000", "A", "middle" },
  { "[500..600]", "A, B", "low" },
  { "null", "-", "none" },
}
