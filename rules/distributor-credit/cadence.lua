-- When to speak to whom, and how. The worse it stands, the sooner.

cadence "next_follow_up" {
  never    { "do_not_contact", "DO_NOT_CONTACT" },
  none_yet { "NO_CONTACT_YET" },
  every    { "class_interval", unit = "workdays", from = "last_contact", as = "interval_bd" },
  sooner   { 5, when = "overdue > 0" },
  sooner   { 2, when = "overdue_30 > 0" },
  overdue  { "CAD_OVERDUE" },
  channel  { { "risk_class in (R4, R5) or overdue_30 > 0", "visit" }, { "-", "call" } },
}
