-- A pack for the tests of what needs more than one record: totals, quantiles, the last decision, load.
company {
  name = "Together", currency = "CNY", timezone = "+08:00",
  scripts = { "rules" },
}

fields {
  id = key,
  owner = choice { "ann", "bob" },
  ar = money { min = 0 },
  last = date,
}

source { plugin = "csv", path = "customers.csv" }

params { total_ar = money { default = total("ar") } }

outputs { "share", "part", "class", "class_since", "credit_limit", "next_follow_up", "reasons" }

report { class = "class", limit = "credit_limit", follow_up = "next_follow_up" }
