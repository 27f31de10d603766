scorecard "score" {
  characteristic { "amount", { "> 3 and < 7", 100 }, { "banned and amount > 5", 50 }, { "-", 0 } },
}

bands "grade" { of = "score", { "A", 50 }, { "B" } }
