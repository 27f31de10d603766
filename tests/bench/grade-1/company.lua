-- Workload grade-1: 18 of a record's 22 columns, a ten-characteristic scorecard, three decision tables, a
-- limit and the reasons that cost the most points. The figures are those of the benchmark's
-- specification; the four columns that it never reads are no fields.
company {
  name = "Benchmark grade-1",
  currency = "CNY",
  timezone = "+08:00",
  scripts = { "classification", "cadence", "credit" },
}

fields {
  id = key,
  industry = choice { "machinery", "electronics", "chemicals", "textile", "food", "construction",
    "logistics", "retail", "software", "medical", "energy", "finance" },
  region = choice { "north", "northeast", "east", "south", "central", "southwest", "northwest", "overseas" },
  annual_revenue = money,
  credit_rating = choice { "AAA", "AA", "A", "BBB", "BB", "B", "CCC", "CC", "C" },
  years_as_customer = integer,
  orders_12m = integer,
  revenue_12m = money,
  last_order_days = integer,
  avg_days_late = decimal(1),
  overdue_amount = money,
  overdue_90_amount = money,
  returns_rate = decimal(4),
  complaints_12m = integer,
  expected_close_days = integer,
  last_contact_days = integer,
  quote_age_hours = integer,
  stage = choice { "lead", "new", "active", "lapsed" },
}

source { plugin = "csv", path = "customers.csv" }

outputs { "score", "grade", "risk", "days", "channel", "credit_limit", "reasons" }

report { class = "grade", limit = "credit_limit", channel = "channel" }
