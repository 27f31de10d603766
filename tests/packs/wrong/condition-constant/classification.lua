scorecard "score" {
  characteristic { "amount", { ">= 1000", 100 }, { "-", 0 } },
}
bands "grade" { of = "score", { "A", 50 }, { "B" } }

derive "odd" { "visits < 0 or banned" }
derive "steps" { "if visits >= 0 then 1 else 2" }
codes "notes" {
  { "ANYWHERE", "region in (north, south)" },
  { "NOWHERE", "grade = A and score < 50" },
}
