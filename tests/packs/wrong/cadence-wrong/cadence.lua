cadence "next_follow_up" {
  never {},
  { "30" },
  every { "30", unit = "weeks" },
  overdue { "LATE", "TWICE" },
  overdue { "LATE" },
}
