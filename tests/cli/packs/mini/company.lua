-- A pack for the tests of the command line: small, with a rule that fails on demand.
company {
  name = "Mini", name_zh = "迷你", currency = "CNY", timezone = "+08:00",
  opens = "09:00", closes = "18:00",
  scripts = { "rules" },
}

fields {
  id = key,
  name = text,
  amount = money { min = 0 },
  kind = choice { "good", "bad" },
}

source { plugin = "csv", path = "customers.csv" }

params { big = money { default = "5000" } }

outputs { "grade", "next_follow_up", "credit_limit", "touchy", "warnings" }

report { class = "grade", limit = "credit_limit", follow_up = "next_follow_up", attention = { "BIG" } }
