scorecard "score" {
  characteristic { "amount", { ">= 1000", 100 }, { "-", 0 } },
}

bands "grade" { of = "score", { "A", 50 }, { "B" } }
decision_table "days" {
  effective = { from = "2024-01-01", to = "2024-12-31" },
  type = integer, inputs = { "amount" }, { "-", 1 },
}
decision_table "days" {
  effective = { from = "2026-01-01" },
  type = integer, inputs = { "amount" }, { "-", 2 },
}
decision_table "later" {
  type = integer, inputs = { "amount" }, { "-", 1, from = "2026-01-01" }, { "-", "amout", to = "2024-01-01" },
}
