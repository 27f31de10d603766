scorecard "score" { min = 100, max = 0,
  characteristic { "amount", points = "amount / 100", { ">= 1000", 100 } },
  characteristic { "banned", points = function(c) return 5 end },
  characteristic { "late", points = "5", input = "banned", baseline = "most" },
}

bands "grade" { of = "score", { "A", 50 }, { "B" } }
