-- When the account is looked at again: counted from the decision, by closing time of a working day.
cadence "next_follow_up" {
  never { "decision = decline" },
  every { "review_days", unit = "days", from = "as_of" },
}
