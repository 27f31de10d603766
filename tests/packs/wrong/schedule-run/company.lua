company {
  name = "Wrong Ltd",
  currency = "CNY",
  timezone = "+08:00",
  scripts = { "classification", "cadence", "credit" },
}

source { plugin = "csv", path = "customers.csv" }

fields {
  customer_id = key,
  amount = money { min = 0 },
  last_contact = timestamp,
  banned = boolean,
}

outputs { "score", "grade", "credit_limit", "next_follow_up", "reasons" }

params { total_ar = money { default = "1000" }, calls = integer }

schedule "nightly" {
  cron = "30 2 * * *",
  run = {
    max_rejects = "many",
    allow_shrinking = true,
    keep = 0,
    data = 5,
    params = { totl_ar = "1", total_ar = "1.234", calls = 3, as_of = "2026-01-01T00:00:00Z" },
    related = { orders = { path = "late.csv" } },
  },
}
schedule "plain" { every = "1h", run = true }
