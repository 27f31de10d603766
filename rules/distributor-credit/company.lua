-- A distributor's credit desk: how risky a customer is, how much it may owe us, when to speak to it.

company {
  name = "Baihe Distribution",
  name_zh = "百合商贸",
  currency = "CNY",
  timezone = "+08:00",
  opens = "09:00",
  closes = "18:00",
  holidays = {
    "2025-01-01", "2025-01-28..2025-02-04", "2025-04-04..2025-04-06", "2025-05-01..2025-05-05",
    "2025-05-31..2025-06-02", "2025-10-01..2025-10-08",
  },
  makeup = { "2025-01-26", "2025-02-08", "2025-04-27", "2025-09-28", "2025-10-11" }, -- 调休
  calendar_until = "2027-12-31", -- after 2025 only weekends are known
  scripts = { "classification", "credit", "cadence" },
}

source { plugin = "csv", path = "customers.csv" }

fields {
  customer_id = key,
  name = text,
  terms_days = integer { min = 0, required = true },
  customer_since = date,
  rating = choice { "A", "B", "C", "D" },
  net_worth = money,
  requested_limit = money { min = 0 },
  previous_limit = money { min = 0 },
  limit_valid_to = date,
  collateral = money { min = 0 },
  sales_12m = money { min = 0 },
  sales_prev_12m = money { min = 0 },
  returns_12m = money { min = 0 },
  open_orders = money { min = 0, required = true },
  unbilled = money { min = 0, required = true },
  orders_30d = money { min = 0 },
  orders_avg_month = money { min = 0 },
  legal_dispute = boolean { required = true },
  last_contact = date,
  do_not_contact = boolean { required = true },
}

-- What belongs to a customer: open items, payments, trade references.
related "open_items" {
  source = { plugin = "csv", path = "open_items.csv" }, key = "customer_id",
  fields = { due_date = date { required = true }, amount = money { min = 0, required = true } },
}

related "payments" {
  source = { plugin = "csv", path = "payments.csv" }, key = "customer_id",
  fields = {
    due_date = date { required = true },
    paid_date = date { required = true },
    amount = money { min = 0, required = true },
  },
  where = "paid_date <= today", -- what lies after the day of grading has not happened
}

related "references" {
  source = { plugin = "csv", path = "references.csv" }, key = "customer_id",
  fields = { amount = money { min = 0, required = true } },
}

params {
  -- Our receivables; if they are not given, those of all customers of the run.
  total_ar = money { default = total("ar") },
}

outputs {
  "score", "risk_class", "exposure", "utilisation", "credit_limit", "hold", "hold_reasons", "terms", "grace_days",
  "supply_suspended", "interval_bd", "next_follow_up", "channel", "review_on", "reasons", "warnings",
}

report {
  name = "name",
  class = "risk_class",
  limit = "credit_limit",
  follow_up = "next_follow_up",
  channel = "channel",
  attention = { "OD_60", "OD_30", "UTIL_OVER", "LIMIT_EXPIRED", "CLASS_CAP_OD90", "CLASS_CAP_DISPUTE" },
}
