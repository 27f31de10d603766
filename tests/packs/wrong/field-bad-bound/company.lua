company {
  name = "Wrong Ltd",
  currency = "CNY",
  timezone = "+08:00",
  scripts = { "classification", "cadence", "credit" },
}

source { plugin = "csv", path = "customers.csv" }

fields {
  customer_id = key,
  amount = money { min = 0.005 },
  last_contact = timestamp { max = "2025-13-01T00:00:00Z" },
  banned = boolean,
}

outputs { "score", "grade", "credit_limit", "next_follow_up", "reasons" }
