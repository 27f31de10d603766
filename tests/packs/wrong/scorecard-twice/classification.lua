scorecard "score" {
  characteristic { "amount", { ">= 1000", 100 }, { "-", 0 } },
  characteristic { "amount", weigth = 2, { "-", 1 } },
}

bands "grade" { of = "score", { "A", 50 }, { "B" } }
