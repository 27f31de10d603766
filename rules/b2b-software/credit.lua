-- How much may be delivered before it is paid: a share of the deal by grade, up to a cap, times how the
-- customer has paid. A D gets nothing: see `zero` below.

decision_table "terms" {
  inputs = { "grade" },
  outputs = { { "deal_share", decimal(2) }, { "deal_cap", money } },
  { "A", 0.50, 500000 },
  { "B", 0.30, 200000 },
  { "C", 0.10, 50000 },
  default = { "null", "null" }, -- a D has no terms
}

-- Of the invoices that fell due within the last twelve months, those that were paid by the day.
derive "paid_on_time" {
  share = "paid_date <= due_date", of = "invoices", where = "due_date >= add_months(today, -12) and due_date < today" }

decision_table "pay" {
  type = decimal(1),
  inputs = { "grade", "paid_on_time" },
  { "D", "-",       0 }, -- pays in advance: how it paid before does not matter
  { "-", "null",    0.5, code = "PAY_NO_HISTORY" },
  { "-", ">= 0.95", 1 },
  { "-", ">= 0.80", 0.7, code = "PAY_FAIR" },
  { "-", "-",       0.3, code = "PAY_POOR" },
}

limit "credit_limit" {
  start   { "deal_amount" },
  times   { "deal_share" },
  at_most { { "deal_cap", "LIMIT_CAP" } },
  times   { "pay" },
  zero    { { "grade = D", "LIMIT_PREPAY" }, silences = { "LIMIT_CAP" } },
  round_down(1000),
  missing = 0, -- no deal, no limit
}

codes "reasons" {
  "D_NO_FOLLOWUP", "D_NO_NEED",
  "CLOSE_UNKNOWN", "CLOSE_PAST", "CLOSE_1M", "CLOSE_3M", "CLOSE_6M", "CLOSE_LATER",
  "SCORE_HOT", "SCORE_COLD", "GRADE_UP", "GRADE_DOWN",
  "DO_NOT_CONTACT", "FIRST_QUOTE_24H", "NO_CONTACT_YET", "CAD_OVERDUE", "CONTACT_CAP",
  "LIMIT_PREPAY", "LIMIT_CAP", "PAY_FAIR", "PAY_POOR", "PAY_NO_HISTORY",
}

codes "warnings" {
  data_missing { "industry", "employees", "budget", "need", "contact_level", "deal_amount" },
}
