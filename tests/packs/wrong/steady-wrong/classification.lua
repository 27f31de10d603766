scorecard "score" {
  characteristic { "amount", { ">= 1000", 100 }, { "-", 0 } },
}

bands "grade" { of = "score", { "A", 50 }, { "B" }, hold = 0, held = "CAP" }

steady "grade" { max_up = "one" }
steady "grades" { max_up = 1 }
steady "grade" { maxup = 1 }
steady "grade" { }
