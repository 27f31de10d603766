scorecard "score" {
  characteristic { "amount", { ">= 1000", 100 }, { "-", 0 } },
}

bands "grade" { of = "score", { "A", 50 }, { "B" }, hold = 90 }
steady "score" { max_up = 1 }
