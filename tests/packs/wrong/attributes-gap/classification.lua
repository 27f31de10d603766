scorecard "score" {
  characteristic { "amount", { ">= 1000", 100 }, { "-", 0 } },
}
bands "grade" { of = "score", { "A", 50 }, { "B" } }

scorecard "points" {
  characteristic { "region", { "north", 10 }, { "south, east", 20 } },
  characteristic { "visits", { "<= 3", 1 }, { "> 4", "visits * 2" } },
  characteristic { "calls", { "<= 3", 1 }, { "> 3", "calls / 2" } },
}
