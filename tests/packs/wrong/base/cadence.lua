cadence "next_follow_up" {
  never { "banned", "BANNED" },
  every { "30", unit = "days", from = "last_contact" },
}
