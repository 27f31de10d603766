limit "credit_limit" {
  start { "amount" },
  at_most { "5000", "CAP" },
  round_down(100),
}

codes "reasons" { "BANNED", "CAP" }

watch "alerts" {
  { "A", downgrade = "grade", text = "Was {valeu}." },
  { "B", cut = "credit_limit", value = "amount", as = "moneys" },
}
