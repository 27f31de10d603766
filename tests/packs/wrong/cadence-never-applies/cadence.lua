cadence "next_follow_up" {
  never { "banned", "BANNED" },
  every { "30", unit = "workdays", from = "last_contact" },
  every { "visits", unit = "workdays", from = "last_contact" },
  sooner { 30, when = "visits > 9" },
  later { 40, when = "visits < 0" },
  opening { roll = "forward" },
  quiet { "21:00..07:00", roll = "back" },
}
