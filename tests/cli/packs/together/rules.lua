quantiles "part" { of = "ar", into = 4, within = "owner", missing = 1 }

derive "share" { "ar / total_ar * 100" }

bands "class" { of = "part", { "A", 4 }, { "B", 2 }, { "C" }, hold_up = 30, max_down = 1, held = "HELD" }

limit "credit_limit" {
  start   { "ar" },
  at_most { { "previous(credit_limit) * 1.25", "STEP_UP", when = "previous(credit_limit) > 0" } },
  round_down(1),
}

cadence "next_follow_up" {
  every   { "1", unit = "workdays", from = "last" },
  overdue {},
  smooth  { 2, per = "owner", by = "-ar", code = "MOVED" },
}

codes "reasons" { "HELD", "STEP_UP", "MOVED" }
