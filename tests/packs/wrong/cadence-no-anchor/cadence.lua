cadence "next_follow_up" {
  never { "banned", "BANNED" },
  first_touch { from = "last_contact", within = "1 week" },
  first_touch { within = "24h", roll = "backwards" },
  none_yet {},
}
