scorecard "score" {
  characteristic { "amount", { ">= 1000", 100 }, { "-", 0 } },
}

decision_table "grade" {
  type = choice { "A", "B", "C", best = "B" },
  inputs = { "score" },
  { "-", "A" },
}
