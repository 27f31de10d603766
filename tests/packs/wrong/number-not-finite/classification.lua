scorecard "score" {
  characteristic { "amount", { ">= 1000", 1 / 0 }, { "-", 0 } },
}

bands "grade" { of = "score", { "A", 50 }, { "B" } }
