scorecard "score" {
  characteristic { "amount", { ">= 1000", 100 }, { "-", 0 } },
}
bands "grade" { of = "score", { "A", 50 }, { "B" } }

decision_table "tier" {
  hit = "collect", type = choice { "low", "high" },
  inputs = { "visits", "visits" },
  { "> 9",  "-",   "low" },
  { "> 5",  "< 3", "low" },
  { "null", "-",   "high" },
  { "-",    "-",   "high" },
}
decision_table "depth" {
  type = integer,
  inputs = { "if amount > 5 then 1 else 2", "visits * 2" },
  { "3",       "-",    1 },
  { "-",       "> 20", 2 },
  { "-",       "-",    3 },
}
