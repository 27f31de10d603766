scorecard "score" {
  characteristic { "amount", { ">= 1000", 100 }, { "-", 0 } },
  characteristic { "later", input = "null", { "A", 10 }, { "-", 0 } },
}

bands "grade" { of = "score", { "A", 50 }, { "B" } }

derive "not_known_yet" { "null" }

decision_table "terms" {
  inputs = { "coalesce(null, null)" },
  { "A", "NET_30" },
}
