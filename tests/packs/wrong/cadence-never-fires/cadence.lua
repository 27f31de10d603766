cadence "next_follow_up" {
  never { "visits >= 0 or banned", "BANNED" },
  every { "30", unit = "days", from = "last_contact" },
}
