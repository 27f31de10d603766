limit "credit_limit" {
  start { "amount" },
  at_most { "5000", "CAP" },
  round_down(100),
}

codes "reasons" { "BANNED", "CAP" }

watch "alerts" {
  { "A", downgrad = "grade" },
  { "B", cut = { "credit_limit", "a fifth" } },
  { "C", over = "credit_limit" },
  { "D", becomes = { "banned", 5 } },
  { "E", downgrade = "grade", "banned", severity = "fatal" },
  { "F:1", cut = "credit_limit / 2" },
  { "A", changes = "grade", text = "Was {valeu}." },
  "G",
}
