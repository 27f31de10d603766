quantiles "a" { of = "amount" }
quantiles "b" { of = "amount", into = 1 }
quantiles "c" { of = "amount", into = 5, { "top", "20%" }, { "rest" } }
quantiles "d" { of = "amount", { "top" }, { "rest", "80%" } }
quantiles "e" { of = "amount", { "top", "60%" }, { "top", "10%" }, { "rest" }, missing = "none" }
quantiles "f" { of = "amount", into = 5, missing = 6 }
quantiles "g" { into = 5 }
quantiles "h" { of = "amount", into = 5, ties = "left" }

scorecard "score" {
  characteristic { "amount", { ">= 1000", 100 }, { "-", 0 } },
}

bands "grade" { of = "score", { "A", 50 }, { "B" } }
