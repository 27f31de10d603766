-- A pack whose every warning is waived, each in its way.
company {
  name = "Lenient", name_zh = "宽容", currency = "CNY", timezone = "+08:00",
  scripts = { "rules" },
}

source { plugin = "csv", path = "customers.csv" }

fields {
  id = key,
  amount = money { min = 0, required = true },
}

outputs { "points", "level", "grade", "terms", "notes" }
