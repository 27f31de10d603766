cadence "next_follow_up" {
  never { "banned", "BANNED" },
  every { "30", unit = "days", from = "last_contact" },
  cap { 2, per = 7, of = "touchs" },
  cap { 2, per = 7, of = "touches" },
  cap { 2, per = 7, of = "touches", at = "attt" },
  cap { 2, per = 7, of = "touches", at = "at", where = "amount > 0" },
}
