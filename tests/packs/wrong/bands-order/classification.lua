scorecard "score" {
  characteristic { "amount", { ">= 1000", 100 }, { "-", 0 } },
}

bands "grade" { of = "score", 
  { "B", 50 },
  { "A", 75 },
  { "A" },
  { "C", 10 }, missing = "Z" }
