scorecard "score" {
  characteristic { "amount", { ">= 1000", 100 }, { "-", 0 } },
}
bands "grade" { of = "score", { "A", 50 }, { "B" } }

derive "twice" { "amount * 2" }
decision_table "contact" {
  inputs = { "grade" },
  outputs = { { "channel", choice { "call", "mail", "visit" } }, { "days", integer } },
  { "A", "call", 5 },
  { "B", "mail", 10 },
}
