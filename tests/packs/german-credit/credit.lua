limit "credit_limit" {
  start   { "amount" },
  times   { "share" },
  at_most { "15000", "AMOUNT_OVER_LIMIT" },
  zero    { "decision = decline", silences = { "AMOUNT_OVER_LIMIT" } },
  round_down(100),
}

codes "reasons" { by = "points_lost", of = "score", most = 3 }
codes "notes" { "LOAN_TOO_LONG", "AMOUNT_OVER_LIMIT" }
