scorecard "score" {
  characteristic { "amount", reason = "SMALL", { ">= 1000", 100 }, { "-", 0 } },
}
scorecard "second" {
  characteristic { "amount", reason = "SMALL", points = "amount" },
}

codes "below" { by = "points_below", of = "score" }
codes "lost" { by = "points_lost", of = "second" }

bands "grade" { of = "score", { "A", 50 }, { "B" } }
