decision_table "cap" {
  type = integer,
  hit = "unique",
  inputs = { "grade" },
  { "A", 5000000 },
  { "B", 2000000 },
  { "C", 500000 },
  { "D", 50000 },
}

limit "credit_limit" {
  start { least = { "cap", "annual_revenue / 10", "revenue_12m / 6" } },
  times { "pct / 100" },
  zero { "overdue_90_amount > 0" },
  round_down(1000),
}
