-- When to speak to whom, and how.

decision_table "interval" {
  type = integer,
  inputs = { "grade" },
  { "A", 5 },
  { "B", 10 },
  { "C", 20 },
  { "D", 60 },
}

cadence "next_follow_up" {
  never    { "do_not_contact", "DO_NOT_CONTACT" },
  none_yet { "NO_CONTACT_YET" },
  every    { "interval", unit = "workdays", from = "last_contact" },
  overdue  { "CAD_OVERDUE" },
  channel  { { "grade in (A, B)", "call" }, { "-", "email" } },
}
