-- When to speak to whom, and how. The worse it stands, the sooner.

decision_table "interval_bd" {
  type = integer,
  inputs = { "overdue_30", "overdue" },
  { "> 0", "-",   "min(class_interval, 2)" },
  { "-",   "> 0", "min(class_interval, 5)" },
  { "-",   "-",   "class_interval" },
}

cadence "next_follow_up" {
  never    { "do_not_contact", "DO_NOT_CONTACT" },
  none_yet { "NO_CONTACT_YET" },
  every    { "interval_bd", unit = "workdays", from = "last_contact" },
  overdue  { "CAD_OVERDUE" },
  channel  { { "risk_class in (R4, R5) or overdue_30 > 0", "visit" }, { "-", "call" } },
}
