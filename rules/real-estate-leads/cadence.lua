-- When to speak to whom, and how. Every day is a working day here; a rule in days means by closing time.

decision_table "interval_days" {
  type = integer,
  inputs = { "urgency", "priority" },
  { "eager",        "P3", 4 },
  { "eager",        "-",  2 },
  { "hopeful",      "P3", 10 },
  { "hopeful",      "-",  5 },
  { "wait_and_see", "P3", 30 },
  { "wait_and_see", "-",  15 },
}

cadence "next_follow_up" {
  never    { "do_not_contact", "DO_NOT_CONTACT" },
  none_yet { "NO_CONTACT_YET" },
  every    { "interval_days", unit = "days", from = "last_contact" },
  overdue  { "CAD_OVERDUE" },
  channel  { { "urgency = eager", "visit" }, { "urgency = hopeful", "call" }, { "-", "reassessment" } },
}
