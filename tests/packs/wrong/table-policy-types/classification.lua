scorecard "score" {
  characteristic { "amount", { ">= 1000", 100 }, { "-", 0 } },
}

bands "grade" { of = "score", { "A", 50 }, { "B" } }
decision_table "late" { hit = "max", inputs = { "amount" }, { "> 1", "slow" }, { "-", "fast" } }
decision_table "both" { hit = "sum", type = date, inputs = { "amount" }, { "> 1", "2025-01-01" } }
decision_table "notes" {
  hit = "collect", type = text, inputs = { "amount" },
  { "> 1", '"a|b"' },
  { "-", "customer_id" },
}
decision_table "rank" {
  hit = "O", type = choice { "a", "b" }, inputs = { "amount" },
  { "> 1", "if amount > 2 then a else b" },
}
