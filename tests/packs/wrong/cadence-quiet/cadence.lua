cadence "next_follow_up" {
  never { "banned", "BANNED" },
  every { "30", unit = "days", from = "last_contact" },
  opening {},
  quiet { "9pm to 9am", roll = "back" },
  channel { { "amount > 0", "visit" }, { "-" }, as = "amount" },
}
