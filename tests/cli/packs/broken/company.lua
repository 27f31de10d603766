company { name = "Broken", currency = "CNY", timezone = "+08:00", scripts = { "rules" } }
fields { id = key, amount = money }
source { plugin = "csv", path = "customers.csv" }
outputs { "grade" }
