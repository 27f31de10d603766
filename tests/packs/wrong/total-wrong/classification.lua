total "a" { within = "banned" }
total "b" { of = "amount", withn = "banned" }
total "c" { of = "amount", as = "median" }
total "d"

scorecard "score" {
  characteristic { "amount", { ">= 1000", 100 }, { "-", 0 } },
}

bands "grade" { of = "score", { "A", 50 }, { "B" } }
