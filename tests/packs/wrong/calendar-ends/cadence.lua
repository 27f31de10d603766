cadence "next_follow_up" {
  never { "banned", "BANNED" },
  every { "30", unit = "workdays", from = "last_contact" },
}
