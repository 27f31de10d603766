cadence "next_follow_up" {
  never { "banned", "BANNED" },
  every { "amount / 3", unit = "days", from = "last_contact" },
  channel { "amount" },
}
