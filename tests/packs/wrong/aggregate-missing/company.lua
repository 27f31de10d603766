company {
  name = "Wrong Ltd",
  currency = "CNY",
  timezone = "+08:00",
  scripts = { "classification", "cadence", "credit", "lists" },
}

source { plugin = "csv", path = "customers.csv" }

fields {
  customer_id = key,
  amount = money { min = 0 },
  last_contact = timestamp,
  banned = boolean,
  items = list {
    due_date = date { required = true },
    amount = money { required = true },
    rate = decimal(3) { required = true },
    kind = choice { "web", "shop", required = true },
    paid_date = date,
    note = text,
    weight = number { required = true },
  },
}

outputs { "score", "grade", "credit_limit", "next_follow_up", "reasons", "a", "b", "c", "d", "e", "f", "g" }
