-- How good a customer is: points, and the grade that they make.

scorecard "score" {
  divide = 100, -- the weights are percent
  characteristic { "sales", weight = 40, input = "sales_12m",
    { ">= 1000000", 100 }, { ">= 200000", 70 }, { ">= 50000", 40 }, { "-", 10 } },
  characteristic { "payment", weight = 45, input = "days_overdue",
    { "0", 100 }, { "<= 15", 70 }, { "<= 60", 30 }, { "-", 10 } },
  characteristic { "industry", weight = 15,
    { "manufacturing", 100 }, { "retail", 70 }, { "other", 40 } },
}

bands "grade" { of = "score", { "A", 80 }, { "B", 60 }, { "C", 40 }, { "D" } }

-- However good the score: who is overdue for more than 90 days is a D.
worst "grade" { "D", when = { { "days_overdue > 90", "OVERDUE" } } }
