scorecard "score" {
  characteristic { "amount", { ">= 1000" },
    { "> 10", 5 },
    { "> 5", 3, "A CODE" }, { "-", 0 } },
}

bands "grade" { of = "score", { "A", 50 }, { "B" } }
