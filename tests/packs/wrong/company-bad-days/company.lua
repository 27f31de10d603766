company {
  name = "Wrong Ltd",
  currency = "CNY",
  timezone = "+08:00",
  holidays = { "2025-02-30", "2025-10-08..2025-10-01", "2025-05-01" },
  makeup = { "2025-05-01" },
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
