-- A pack for the tests of related records: two lists, walked by rules.
company {
  name = "Shop", currency = "CNY", timezone = "+08:00", scripts = { "rules" },
}
source { plugin = "csv", path = "customers.csv" }
fields { id = key, vip = boolean { required = true } }
related "orders" {
  source = { plugin = "csv", path = "orders.csv" }, key = "id",
  fields = { at = timestamp { required = true }, amount = money { min = 0, required = true },
    kind = choice { "web", "shop" } },
  where = "at <= as_of",
}
related "notes" {
  source = { plugin = "csv", path = "notes.csv" }, key = "customer",
  fields = { text = text, stars = integer { min = 1, max = 5 } },
}
outputs { "spend", "count", "trail" }
