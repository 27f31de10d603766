cadence "next_follow_up" {
  never { "banned", "BANNED" },
  every { "30", unit = "days", from = "last_contact" },
  cap { 2, per = 7, of = "touchs", at = "moment" },
  cap { 2, per = 7, of = "amount" },
  cap { 2, per = 7, of = "touches" },
  cap { 2, per = 7, of = "touches", at = "momnet" },
  cap { 2, per = 7, of = "touches", at = "kind" },
  cap { 2, per = 7, of = "touches", at = "moment", where = "kind = cal" },
}
