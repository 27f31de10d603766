rule "measured" { type = number, function(c) return c.amount and c.amount / 3 end }

scorecard "score" {
  characteristic { "amount", { ">= 1000", "amuont / 100" }, { "-", 0 } },
  characteristic { "m", points = "measured" },
  characteristic { "b", points = "banned" },
}

bands "grade" { of = "score", { "A", 50 }, { "B" } }
