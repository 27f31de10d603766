scorecard "score" {
  characteristic { "amount", { ">= 1000", 100 }, { "-", 0 } },
}
bands "grade" { of = "score", { "A", 50 }, { "B" } }

decision_table "tier" {
  hit = "any",
  inputs = { "amount", "banned" },
  { "< 1000",  "-",     "low" },
  { "-",       "true",  "low" },
  { ">= 1000", "-",     "high" },
  { "null",    "-",     "low" },
}
