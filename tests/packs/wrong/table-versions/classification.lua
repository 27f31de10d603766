scorecard "score" {
  characteristic { "amount", { ">= 1000", 100 }, { "-", 0 } },
}

bands "grade" { of = "score", { "A", 50 }, { "B" } }
decision_table "days" {
  effective = { from = "2024-01-01", to = "2024-12-31" },
  type = integer, inputs = { "amount" }, { "-", 1 },
}
decision_table "days" {
  effective = { from = "2025-02-01", to = "2025-12-31" },
  type = integer, inputs = { "amount" }, { "-", 2 },
}
decision_table "days" {
  effective = { from = "2025-12-01" },
  type = integer, inputs = { "amount" }, { "-", 3 },
}
decision_table "other" { effective = { from = "2026-02-30" }, inputs = { "amount" }, { "-", "x" } }
decision_table "other" { inputs = { "amount" }, { "-", "y", from = "2026-05-01", to = "2026-04-30" } }
decision_table "third" { effective = { form = "2026-12-01" }, inputs = { "amount" }, { "-", "x" } }
decision_table "days" {
  effective = { from = "2030-01-01" },
  type = text, inputs = { "amount" }, { "-", 3 },
}
