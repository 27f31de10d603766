cadence "next_follow_up" {
  never { "amount", "BANNED" },
  every { "30", unit = "days", from = "last_contact" },
}
