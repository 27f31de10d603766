scorecard "score" {
  characteristic { "amount", { ">= 1000", 100 }, { "-", 0 } },
}

bands "grade" { of = "score", { "A", 50 }, { "B" } }
decision_table "tier" {
  inputs = { "amount", "grade" },
  { ">= 1000", "-", "high" },
  { "[2000..3000]", "A", "middle" },
  { "< 10", "A", "middle" },
  { "-", "not(A)", "low" },
  { "< 5", "B", "lower" },
  { "-", "-", "low" },
  { "null", "null", "lower" },
}
scorecard "depth" {
  characteristic { "amount", { "<= 10", 1 }, { "[3..5]", 2 }, { "null", 4 }, { "-", 3 } },
}
