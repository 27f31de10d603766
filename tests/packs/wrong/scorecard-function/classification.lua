scorecard "score" {
  characteristic { "amount", type = integer, points = "amount / 100" },
  characteristic { "visits", { "-", function(c) return c.amount end } },
  characteristic { "debts", type = integer, points = function(c) return c.amuont end },
  characteristic { "the habit", type = integer, points = function(c) return c.amount end },
}

bands "grade" { of = "score", { "A", 50 }, { "B" } }
