limit "credit_limit" {
  start { "amount" },
  at_most { "5000", "CAP" },
  round_down(100),
}

codes "reasons" {
  "BANNED",
  { "LARGE", "amount > 1", silences = { "CAPP" }, as = "money" },
  { "CAP", value = "amount", as = "date", decimals = 2 },
}
