-- Workload census: what needs all customers, and the last decision. The data are those of grade-1.
company {
  name = "Benchmark census",
  currency = "CNY",
  timezone = "+08:00",
  scripts = { "rules" },
}

fields {
  id = key,
  region = choice { "north", "northeast", "east", "south", "central", "southwest", "northwest", "overseas" },
  industry = text,
  revenue_12m = money,
  overdue_amount = money,
  last_order_days = integer,
  last_contact_days = integer,
}

source { plugin = "csv", path = "customers.csv" }

params { all_overdue = money { default = total("overdue_amount") } }

outputs { "r", "m", "tier", "share", "part", "credit_limit", "next_follow_up", "reasons" }

report { class = "tier", limit = "credit_limit", follow_up = "next_follow_up" }
