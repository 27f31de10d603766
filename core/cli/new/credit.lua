-- How much a customer may owe us, and why.

decision_table "months" {
  type = decimal(1),
  inputs = { "grade" },
  { "A", 3 },
  { "B", 2 },
  { "C", 0.5 },
  { "D", 0 },
}

limit "credit_limit" {
  start   { "sales_12m / 12" },
  times   { "months" },
  at_most { { "500000", "LIMIT_CAP" } },
  round_down(1000),
  missing = 0, -- nothing sold yet
}

codes "reasons" {
  "OVERDUE", "DO_NOT_CONTACT", "NO_CONTACT_YET", "CAD_OVERDUE", "LIMIT_CAP",
}

codes "warnings" {
  data_missing { sales = "sales_12m", payment = "days_overdue", "industry" },
}
