scorecard "score" {
  characteristic { "amount", { ">= 1000", 100 }, { "-", 0 } },
}

bands "grade" { of = "score", { "A", 50 }, { "B" } }
decision_table "one" {
  type = integer, default = { 1, 2 }, inputs = { "amount" }, { "> 1", 1 },
}
decision_table "two" {
  inputs = { "amount" }, outputs = { { "a", integer }, { "b", integer } },
  default = 1,
  { "> 1", 1, 2 },
}
