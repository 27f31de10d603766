derive "a" { "previous(credit_limt)" }
derive "b" { "previous(score)" }
derive "c" { "previous(amount)" }
derive "d" { "previous(credit_limit, grade)" }
derive "e" { "previous(1)" }
derive "f" { "previous(grade) = Z" }

scorecard "score" {
  characteristic { "amount", { ">= 1000", 100 }, { "-", 0 } },
}

bands "grade" { of = "score", { "A", 50 }, { "B" } }
