-- Who we are, what we know of a customer, and what a decision shows.

company {
  name = "@NAME@",
  currency = "CNY",
  timezone = "+08:00",
  opens = "09:00",
  closes = "18:00",
  holidays = { "2026-01-01", "2026-02-16..2026-02-22", "2026-10-01..2026-10-07" }, -- yours
  makeup = {}, -- working days that would be none (调休)
  calendar_until = "2027-12-31", -- up to here the holidays are known
  scripts = { "classification", "cadence", "credit" },
}

source { plugin = "csv", path = "customers.csv" }

fields {
  customer_id = key,
  name = text,
  industry = choice { "manufacturing", "retail", "other" },
  sales_12m = money { min = 0 },
  days_overdue = integer { min = 0 },
  last_contact = date,
  do_not_contact = boolean { required = true },
}

outputs { "score", "grade", "next_follow_up", "channel", "credit_limit", "reasons", "warnings" }

report {
  name = "name",
  class = "grade",
  limit = "credit_limit",
  follow_up = "next_follow_up",
  channel = "channel",
  attention = { "CAD_OVERDUE", "OVERDUE" },
}
