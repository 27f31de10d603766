limit "credit_limit" {
  start { "amount" },
  at_most { "5000", "CAP" },
  round_down(100),
}

codes "reasons" { "BANNED", "CAP" }

derive "half" { "IF(banned, 0, amount / 2)" }
derive "small" { "amount ＜ 1,000" }
derive "good" { "grade = A or B" }
derive "wide" { "amount > 10万" }
derive "old" { "date(last_contact) < 2025/1/5" }
derive "both" { "banned AND amount > 1" }
