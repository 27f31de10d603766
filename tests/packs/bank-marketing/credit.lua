-- An overdraft that may be offered in the same call.
limit "overdraft" {
  start   { "balance / 2" },
  at_most { { "5000", "OVERDRAFT_CAP" }, { "1000", "HAS_LOANS_CAP", when = "personal_loan = yes" } },
  zero    { { "in_default = yes", "IN_DEFAULT" }, { "balance <= 0" }, silences = { "OVERDRAFT_CAP", "HAS_LOANS_CAP" } },
  round_down(50),
}

codes "reasons" {
  "CALLED_ENOUGH", "IN_DEFAULT", "NEVER_CALLED", "CALL_OVERDUE", "OVERDRAFT_CAP", "HAS_LOANS_CAP",
}

codes "weak_points" { by = "points_lost", of = "score", most = 2 }
