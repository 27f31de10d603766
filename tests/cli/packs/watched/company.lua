-- A pack for the tests of watch: every way in which an output can change.
company {
  name = "Watched", name_zh = "观察", currency = "CNY", timezone = "+08:00",
  opens = "09:00", closes = "18:00",
  scripts = { "rules" },
}

fields {
  id = key,
  score = decimal(2),
  sales = money { min = 0 },
  exposure = money { min = 0 },
  late = integer { min = 0 },
}

source { plugin = "csv", path = "customers.csv" }

outputs { "class", "credit_limit", "utilisation", "hold", "lateness", "alerts" }

report { class = "class", limit = "credit_limit" }
