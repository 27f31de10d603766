scorecard "score" {
  characteristic { "amount", { ">= 1000", 100 }, { "-", 0 } },
}

bands "grade" { of = "score", { "A", 50 }, { "B" } }

worst "grade" { "B", "A", when = { { "banned", "BANNED", "CAP" } } }
worst "grade" { "C", when = "banned" }
best "grade" { "B", when = { { "banned", "CAPPED" } }, codes = "allways" }
