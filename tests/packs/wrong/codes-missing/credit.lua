limit "credit_limit" {
  start { "amount" },
  at_most { "5000", "CAP" },
  round_down(100),
}

codes "reasons" {
  "BANNED", "CAP",
  data_missing { "amount * 2", late = 5,
    late = "amount" },
  data_missing {},
}
