cadence "next_follow_up" {
  never { "banned", "BANNED" },
  smooth { 20, pro = "owner" },
  every { "30", unit = "days", from = "last_contact" },
  smooth { "many" },
}
