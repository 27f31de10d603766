cadence "next_follow_up" {
  never { "banned", "BANNED" },
  every { "-3", unit = "days", from = "amount" },
  later { on = "amount" },
  channel { { "-", "call" }, { "amount > 0", "visit" } },
}
