-- When to speak to whom, and how. A rule in days means by closing time of a working day.

decision_table "interval" {
  type = integer,
  inputs = { "grade" },
  { "A", 2 },
  { "B", 5 },
  { "C", 10 },
  { "D", 30 },
}

cadence "next_follow_up" {
  never       { "do_not_contact", "DO_NOT_CONTACT" },
  first_touch { from = "first_quote_at", within = "24h", roll = "back", code = "FIRST_QUOTE_24H" },
  none_yet    { "NO_CONTACT_YET" },
  every       { "interval", unit = "workdays", from = "last_touch" },
  overdue     { "CAD_OVERDUE" },
  cap         { 3, per = 7, of = "touches", at = "at", code = "CONTACT_CAP" },
  channel     { { "grade = A", "call/visit" }, { "grade = B", "call" }, { "grade = C", "email" }, { "-", "campaign" } },
}
