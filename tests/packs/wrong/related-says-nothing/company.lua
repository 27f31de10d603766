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
}
related "touches" { source = "touches.csv", key = 7, fields = date }
related "visits" { source = { path = "visits.csv" }, key = "", fields = {} }
related "mails" { source = { plugin = "csv" }, key = "id", fields = { at = date }, where = { "at < today" } }
related "calls"

outputs { "score", "grade", "credit_limit", "next_follow_up", "reasons" }
