cadence "next_follow_up" {
  never { "banned", "BANNED" },
  sooner { "5", when = "amount > 0" },
  overdue {},
  none_yet {},
  every { "30", unit = "days", from = "last_contact", as = "interval" },
  overdue {},
}
