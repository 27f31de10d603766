scorecard "score" {
  characteristic { "amount", { ">= 1000", 100 }, { "-", 0 } },
}

bands "grade" { of = "score", { "A", 50 }, { "B" } }
decision_table "level" { hit = "priority", inputs = { "amount" }, { "> 1", "high" }, { "-", "low" } }
decision_table "fee" {
  hit = "C+", inputs = { "amount" }, outputs = { { "fee_a", money }, { "fee_b", money } },
  { "> 1", 1, 2 },
}
decision_table "flags" { hit = "count", inputs = { "amount" }, default = 0, { "> 1", "x" } }
