scorecard "score" {
  characteristic { "amount", { ">= 1000", 100 }, { "-", 0 } },
}

bands "grade" { of = "score", { "A", 50 }, { "B" } }

decision_table "terms" {
  type = integer,
  inputs = { "grade", "amount" },
  { "A", "> 10", 1 },
  { "A", 2 },
  { "B", nil, 3 },
}
