scorecard "score" {
  characteristic { "amount", { ">= 1000", 100 }, { "-", 0 } },
}

bands "grade" { of = "score", { "A", 50 }, { "B" } }

quantiles "a" { of = "grade", into = 5 }
quantiles "b" { of = "amount", { "top", "60%" }, { "middle", "40%" }, { "rest" } }
quantiles "c" { of = "amount", { "top", "0%" }, { "rest" } }
quantiles "d" { of = "amount", { "top", "score" }, { "rest" } }
