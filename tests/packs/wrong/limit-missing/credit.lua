limit "credit_limit" {
  start { least = { "amount" }, missing = "none", negative = "null", none = { "0", "NO_BASE", "MORE" } },
  times { "2", missing = "skipp" },
  at_most { { "5000", "CAP" }, value = true, code = "CAP" },
  round_half_up(100),
  round_up(100),
  missing = { 0 },
}

codes "reasons" { "BANNED", "CAP", "NO_BASE" }
