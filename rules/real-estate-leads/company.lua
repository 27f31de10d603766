-- A developer's sales office: who may buy, when to speak to them, and which units are held for them.

company {
  name = "Riverside Homes",
  name_zh = "江畔置业",
  currency = "CNY",
  timezone = "+08:00",
  opens = "09:00",
  closes = "20:00",
  workdays = "calendar", -- every day, holidays too
  scripts = { "classification", "cadence", "credit" },
}

source { plugin = "csv", path = "customers.csv" }

fields {
  customer_id = key,
  name = text,
  expected_purchase = date,
  budget = money { min = 0 },
  unit_price = money { min = 0 },
  financing = choice { "cash", "preapproved", "in_process", "none" },
  visits = integer { min = 0 },
  decision_maker = boolean,
  source = choice { "referral", "walk_in", "online", "cold" },
  units_bought = integer { min = 0, required = true },
  strategic = boolean { required = true },
  hold_forfeited = boolean { required = true },
  last_contact_at = timestamp,
  do_not_contact = boolean { required = true },
}

outputs {
  "score", "priority", "urgency", "relationship",
  "interval_days", "next_follow_up", "channel",
  "credit_limit", "hold_hours",
  "reasons", "warnings",
}

report {
  name = "name",
  class = "priority",
  limit = "credit_limit",
  follow_up = "next_follow_up",
  channel = "channel",
  attention = { "CAD_OVERDUE", "URGENCY_STALE", "PURCHASE_PAST", "HOLD_FORFEITED" },
}
