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

related "orders" {
  source = { plugin = "csv", path = "orders.csv" }, key = "customer_id",
  fields = {
    id = key,
    lines = list { amount = money },
    who = text { column = "customer_id" },
    today = date,
    ["unit price"] = money,
    amount = "money",
    at = timestamp { default = "now" },
  },
}

outputs { "score", "grade", "credit_limit", "next_follow_up", "reasons" }
