quantiles "r" { of = "-last_order_days", into = 5, missing = 1 }
quantiles "m" { of = "revenue_12m", into = 5, within = "industry", missing = 1 }
quantiles "tier" { of = "revenue_12m", within = "region", { "gold", "5%" }, { "silver", "20%" }, { "rest" } }

total "region_overdue" { of = "overdue_amount", within = "region" }

derive "share" { "overdue_amount / region_overdue * 100" }
derive "part" { "overdue_amount / all_overdue" }

limit "credit_limit" {
  start   { "revenue_12m / 12" },
  at_most { { "previous(credit_limit) * 1.25", "STEP_UP", when = "previous(credit_limit) > 0" } },
  round_down(1000),
  missing = 0,
}

cadence "next_follow_up" {
  every   { "5", unit = "workdays", from = "today - last_contact_days" },
  overdue {},
  smooth  { 2000, per = "region", by = "-revenue_12m", code = "MOVED" },
}

codes "reasons" { "STEP_UP", "MOVED" }
