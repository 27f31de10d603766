scorecard "score" {
  characteristic { "amount", { ">= 1000", 100 }, { "-", 0 } },
}
bands "grade" { of = "score", { "A", 50 }, { "B" } }

decision_table "tier" {
  hit = "priority", type = choice { "high", "middle", "low" },
  inputs = { "amount" },
  { "[10..20]", "low" },
  { "-",        "middle" },
  { "> 500",    "high" },
}
