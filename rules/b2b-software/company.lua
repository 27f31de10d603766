-- A software company's sales team: which deal is near, when to speak to whom, and how much may be
-- delivered before it is paid.

company {
  name = "Northgate Software",
  name_zh = "北门软件",
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
  scripts = { "classification", "cadence", "credit" },
}

source { plugin = "csv", path = "customers.csv" }

fields {
  customer_id = key,
  name = text,
  industry = choice { "manufacturing", "finance", "healthcare", "retail", "logistics", "other" },
  employees = integer { min = 0 },
  budget = choice { "confirmed", "in_process", "none" },
  need = choice { "high", "medium", "low", "none" },
  contact_level = choice { "c_level", "director", "manager", "staff" },
  expected_close = date,
  first_quote_at = timestamp,
  deal_amount = money { min = 0 },
  do_not_contact = boolean { required = true },
}

-- What customers did, when we spoke to them, and how they paid. What lies after the moment of grading has
-- not happened yet.
related "events" {
  source = { plugin = "csv", path = "events.csv" }, key = "customer_id",
  fields = {
    type = choice { "demo", "quote_request", "meeting", "reply", "click", "open", required = true },
    at = timestamp { required = true },
  },
  where = "at <= as_of",
}

related "touches" {
  source = { plugin = "csv", path = "touches.csv" }, key = "customer_id",
  fields = {
    at = timestamp { required = true },
    channel = choice { "call", "visit", "email", "campaign", required = true },
  },
  where = "at <= as_of",
}

related "invoices" {
  source = { plugin = "csv", path = "invoices.csv" }, key = "customer_id",
  fields = {
    due_date = date { required = true },
    paid_date = date, -- empty while it is unpaid
    amount = money { min = 0, required = true },
  },
}

outputs {
  "score", "engagement", "band", "grade", "next_follow_up", "channel", "credit_limit", "reasons", "warnings",
}

report {
  name = "name",
  class = "grade",
  limit = "credit_limit",
  follow_up = "next_follow_up",
  channel = "channel",
  attention = { "FIRST_QUOTE_24H", "CAD_OVERDUE", "D_NO_FOLLOWUP", "CLOSE_PAST", "PAY_POOR" },
}
