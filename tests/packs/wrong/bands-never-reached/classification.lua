scorecard "score" {
  characteristic { "amount", { ">= 1000", 100 }, { "-", 0 } },
}
bands "grade" { of = "score", { "A", 50 }, { "B" } }

bands "class" { of = "score", { "top", 120 }, { "good", 60 }, { "fair", 0 }, { "poor" } }
