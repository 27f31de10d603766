scorecard "score" {
  characteristic { "amount", { ">= 1000", 100 }, { "-", 0 } },
}

decision_table "grade" { inputs = { "score" }, { "0", "B" }, { "-", "A" } }

adjust "grade" { { "banned", down = 1 } }
adjust "score" { { "banned", down = 1 } }
