-- What the sales office expects of its policy, as examples and as promises that hold for everybody.
as_of "2025-09-26T15:00:00+08:00" -- a Friday

example "D1: ready to buy within the month" {
  given = {
    customer_id = "D1", expected_purchase = "2025-10-15", budget = 3200000, unit_price = 3000000,
    financing = "preapproved", visits = 2, decision_maker = true, source = "referral", units_bought = 0,
    strategic = false, hold_forfeited = false, last_contact_at = "2025-09-25T11:00:00+08:00", do_not_contact = false,
  },
  expect = {
    score = 93.25, priority = "P1", urgency = "eager", relationship = "potential",
    interval_days = 2, next_follow_up = "2025-09-27T20:00:00+08:00", channel = "visit",
    credit_limit = 3000000, hold_hours = 72, reasons = none, warnings = none,
  },
}
examples "urgency" {
  given = { units_bought = 0, strategic = false, hold_forfeited = false, do_not_contact = false },
  inputs = { "expected_purchase", "last_contact_at" }, outputs = { "urgency", "reasons" },
  { "2025-09-25", "",                          "wait_and_see", has("PURCHASE_PAST", "REASSESS") },
  { "2025-09-26", "2025-09-26T10:00:00+08:00", "eager",        none },
  { "2025-10-26", "2025-08-26T10:00:00+08:00", "hopeful",      has("URGENCY_STALE") },
  { "2025-10-27", "2025-08-26T10:00:00+08:00", "hopeful",      lacks("URGENCY_STALE") },
  { "2025-12-27", "",                          "wait_and_see", has("REASSESS") },
  { "",           "",                          "wait_and_see", has("REASSESS") },
}
example "no units known" {
  given = { customer_id = "X", strategic = false, hold_forfeited = false, do_not_contact = false },
  expect = rejected("REQUIRED:units_bought"),
}
examples "the sample" { customers = "customers.csv", expected = "expected.csv" }
property "a limit is whole steps" { "credit_limit >= 0" }
property "a strategic customer never waits longer" { set = { strategic = true }, never = { less = "credit_limit" } }
property "more budget never lowers the score" { raise = "budget", never = { less = "score", worse = "priority" } }
