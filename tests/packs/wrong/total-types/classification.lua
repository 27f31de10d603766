scorecard "score" {
  characteristic { "amount", { ">= 1000", 100 }, { "-", 0 } },
}

bands "grade" { of = "score", { "A", 50 }, { "B" } }

total "a" { of = "grade" }
total "b" { of = "amount / score" }
total "c" { of = "amount", within = "amount" }
total "d" { of = "last_contact", as = "mean" }
total "e" { of = "amont" }
total "f" { of = "amount", where = "score" }
total "g" { of = "amount", within = "grad" }
