scorecard "points" { characteristic { "amount", { ">= 1000", 3 }, { "-", 0 } } }

-- check: allow lua-arithmetic because 手册第 3 条印的是小数
bands "level" { of = "points", { "high", 2 / 3 }, { "low" } }

decision_table "grade" {
  type = choice { "A", "B" },
  hit = "first",
  inputs = { "level" },
  -- check: allow code-not-listed because the warehouse reads it from the table,
  --   not from the decision
  { "high", "A", code = "SENT_ON" },
  { "low",     "B" },
}

decision_table "terms" { file = "terms.csv" } -- check: allow gap because below 10 nothing is owed

codes "notes" { { "LARGE", "amount > 5000" }, { "HUGE", "amount > 50000" } }
