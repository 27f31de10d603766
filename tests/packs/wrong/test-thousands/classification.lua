scorecard "score" {
  characteristic { "amount", { "1,234", 100 }, { "-", 0 } },
}

bands "grade" { of = "score", { "A", 50 }, { "B" } }
