cadence "next_follow_up" {
  never { "banned", "BANNED" },
  sequence { anchor = "last_contact", days = { 7, 1, 0.5 }, done = "ALL DONE" },
  every { "30", unit = "days", from = "last_contact" },
  cap { 0, of = "touches" },
}
