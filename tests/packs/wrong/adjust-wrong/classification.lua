scorecard "score" {
  characteristic { "amount", { ">= 1000", 100 }, { "-", 0 } },
}

bands "grade" { of = "score", { "A", 50 }, { "B" } }

adjust "grade" {
  { "banned" },
  { "banned", up = 1, to = "A" },
  { up = 1 },
  { "banned", up = 0 },
  { "banned", upp = 1, to = "C" },
}
adjust "grades" { { "banned", up = 1 } }
