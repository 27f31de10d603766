-- An online shop: who buys how recently, how often and for how much (RFM); whom to write to, when; and who
-- may pay later.

company {
  name = "Lotus Market",
  name_zh = "莲花商城",
  currency = "CNY",
  timezone = "+08:00",
  opens = "09:00",
  closes = "21:00", -- between 21:00 and 09:00 nobody is disturbed
  workdays = "calendar", -- every day, holidays too
  scripts = { "classification", "cadence", "credit" },
}

source { plugin = "csv", path = "customers.csv" }

fields {
  customer_id = key,
  name = text,
  late_count = integer { min = 0 },
  do_not_contact = boolean { required = true },
}

-- What lies after the moment of grading has not happened yet.
related "orders" {
  source = { plugin = "csv", path = "orders.csv" }, key = "customer_id",
  fields = {
    at = timestamp { required = true },
    amount = money { min = 0, required = true },
    returned = boolean { required = true },
  },
  where = "at <= as_of",
}

related "touches" {
  source = { plugin = "csv", path = "touches.csv" }, key = "customer_id",
  fields = {
    at = timestamp { required = true },
    kind = choice { "welcome", "winback", "regular", required = true },
  },
  where = "at <= as_of",
}

outputs {
  "r", "f", "m", "score", "segment", "lifecycle", "tier", "junk", "next_follow_up", "channel", "credit_limit",
  "reasons", "warnings",
}

report {
  name = "name",
  class = "segment",
  limit = "credit_limit",
  follow_up = "next_follow_up",
  channel = "channel",
  attention = { "WINBACK_DONE", "LATE_ZERO", "CAD_OVERDUE" },
}
