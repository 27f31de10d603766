cadence "next_follow_up" {
  never { "banned", "BANNED" },
  every { "30", unit = "days", from = "last_contact", as = "interval" },
  every { "10", unit = "workdays", from = "last_contact", as = "days_between" },
  sooner { "5", on = "last_contact" },
  later {},
  overdue {},
  later { "60", wen = "amount > 0" },
}
