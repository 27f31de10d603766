-- What the policy promises. Run it with: assay test @PACK@
as_of "2026-03-18T10:00:00+08:00" -- a Wednesday

example "a good customer" {
  given = {
    customer_id = "K1", industry = "manufacturing", sales_12m = 1200000, days_overdue = 0,
    last_contact = "2026-03-17", do_not_contact = false,
  },
  expect = {
    score = 100, grade = "A", next_follow_up = "2026-03-24T18:00:00+08:00", channel = "call",
    credit_limit = 300000, reasons = none, warnings = none,
  },
}

examples "grades at their bounds" {
  given = { do_not_contact = false, industry = "manufacturing" },
  inputs = { "sales_12m", "days_overdue" }, outputs = { "score", "grade", "reasons" },
  { 200000,    0,  88,   "A", has("NO_CONTACT_YET") },
  { 50000,     0,  76,   "B", lacks("OVERDUE") },
  { 49999.99,  15, 50.5, "C", lacks("OVERDUE") },
  { 49999.99,  16, 32.5, "D", lacks("OVERDUE") },
  { 1000000,   90, 59.5, "C", lacks("OVERDUE") },
  { 1000000,   91, 59.5, "D", has("OVERDUE") },
}

examples "points for the industry" {
  given = { do_not_contact = false },
  inputs = { "industry" }, outputs = { "score", "warnings" },
  { "retail", 19,   lacks("DATA_MISSING:industry") },
  { "other",  14.5, lacks("DATA_MISSING:industry") },
  { "",       14.5, has("DATA_MISSING:industry", "DATA_MISSING:sales", "DATA_MISSING:payment") },
}
example "as much as anybody gets, and overdue for a call" {
  given = { sales_12m = 9600000, days_overdue = 60, last_contact = "2026-01-05", industry = "manufacturing",
    do_not_contact = false },
  expect = {
    score = 68.5, grade = "B", next_follow_up = "2026-03-18T18:00:00+08:00", credit_limit = 500000,
    reasons = { "CAD_OVERDUE", "LIMIT_CAP" },
  },
}
example "not to be contacted" {
  given = { sales_12m = 1000000, days_overdue = 91, industry = "manufacturing", do_not_contact = true },
  expect = { next_follow_up = none, channel = none, reasons = { "OVERDUE", "DO_NOT_CONTACT" } },
}

property "nobody gets more than half a million" { "credit_limit <= 500000" }
property "paying later is never better" { raise = "days_overdue", never = { better = "grade", more = "credit_limit" } }
