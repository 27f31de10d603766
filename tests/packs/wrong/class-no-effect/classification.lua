scorecard "score" {
  characteristic { "amount", { ">= 1000", 60 }, { "-", 0 } },
}
bands "grade" { of = "score", { "A", 80 }, { "B", 50 }, { "C" } }
adjust "grade" { 
  { "banned", down = 1, only = "A", code = "UP" },
  { "banned", down = 1 },
 }
worst "grade" { "B", when = { { "banned" } } }
best "grade" { "C", when = { { "amount > 100" } } }
