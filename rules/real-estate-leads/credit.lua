-- What is held without a deposit (锁房额度): how many units, for how long, and their list value.

decision_table "hold" {
  inputs = { "hold_forfeited", "relationship", "urgency", "priority" },
  outputs = { { "hold_units", integer }, { "hours_granted", integer } },
  { "true", "-",         "-",       "-",  0, 0,  code = "HOLD_FORFEITED" },
  { "-",    "important", "-",       "-",  3, 72, code = "HOLD_IMPORTANT" },
  { "-",    "-",         "eager",   "-",  1, 72 },
  { "-",    "-",         "hopeful", "P1", 1, 24 },
  { "-",    "-",         "hopeful", "-",  0, 0,  code = "HOLD_NEEDS_P1" },
  { "-",    "-",         "-",       "-",  0, 0 },
}

limit "credit_limit" {
  start { "unit_price" },
  times { "hold_units" },
  round_down(10000),
  missing = 0, -- no unit chosen yet
}

derive "hold_hours" { "if credit_limit > 0 then hours_granted else 0", type = integer }

-- Why. The codes of the steps above stand where they are listed; the others say their own condition.
codes "reasons" {
  "PURCHASE_PAST",
  "URGENCY_STALE",
  { "REASSESS", "urgency = wait_and_see" },
  "DO_NOT_CONTACT",
  "NO_CONTACT_YET",
  "CAD_OVERDUE",
  "HOLD_FORFEITED",
  "HOLD_IMPORTANT",
  "HOLD_NEEDS_P1",
}

codes "warnings" {
  data_missing {
    urgency = "expected_purchase", budget = "budget / unit_price",
    "financing", "visits", "decision_maker", "source",
  },
}
