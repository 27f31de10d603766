-- What the credit desk expects of its policy, as examples and as promises that hold for everybody.
as_of "2025-09-26T15:00:00+08:00" -- a Friday

example "B1: pays on the day" {
  given = {
    customer_id = "B1", terms_days = 30, customer_since = "2019-09-20", rating = "A", net_worth = 12000000,
    requested_limit = 1000000, previous_limit = 800000, limit_valid_to = "2025-12-31", sales_12m = 7300000,
    sales_prev_12m = 6900000, returns_12m = 40000, open_orders = 120000, unbilled = 30000, orders_30d = 600000,
    orders_avg_month = 600000, legal_dispute = false, last_contact = "2025-09-12", do_not_contact = false,
    open_items = { { due_date = "2025-10-21", amount = 150000 }, { due_date = "2025-10-08", amount = 350000 } },
    payments = {
      { due_date = "2025-06-08", paid_date = "2025-06-08", amount = 380000 },
      { due_date = "2025-09-06", paid_date = "2025-09-06", amount = 400000 },
    },
    references = { { amount = 1200000 }, { amount = 900000 }, { amount = 700000 } },
  },
  params = { total_ar = 40000000 },
  expect = {
    score = 100, risk_class = "R1", exposure = 650000, utilisation = 72.22, credit_limit = 900000, hold = false,
    hold_reasons = none, terms = "STANDARD", grace_days = 0, supply_suspended = false, interval_bd = 20,
    next_follow_up = "2025-10-16T18:00:00+08:00", channel = "call", review_on = "2026-09-26",
    reasons = "BASE_REFERENCE", warnings = none,
  },
}

example "B2: pays later and later" {
  given = {
    customer_id = "B2", terms_days = 45, customer_since = "2021-09-10", rating = "B", net_worth = 6000000,
    requested_limit = 500000, previous_limit = 400000, sales_12m = 2920000, sales_prev_12m = 3000000,
    returns_12m = 102200, open_orders = 40000, unbilled = 0, orders_30d = 520000, orders_avg_month = 240000,
    legal_dispute = false, last_contact = "2025-09-25", do_not_contact = false,
    open_items = {
      { due_date = "2025-09-14", amount = 60000 }, { due_date = "2025-08-13", amount = 20000 },
      { due_date = "2025-10-06", amount = 260000 },
    },
    payments = {
      { due_date = "2025-05-23", paid_date = "2025-05-29", amount = 90000 },
      { due_date = "2025-07-22", paid_date = "2025-08-17", amount = 50000 },
      { due_date = "2025-09-01", paid_date = "2025-09-11", amount = 50000 },
    },
  },
  params = { total_ar = 40000000 },
  expect = {
    score = 49.75, risk_class = "R4", exposure = 380000, utilisation = 220.93, credit_limit = 172000, hold = true,
    hold_reasons = "UTIL_OVER|OD_30", terms = "NET_7_DEPOSIT_30", interval_bd = 2,
    next_follow_up = "2025-09-28T18:00:00+08:00", channel = "visit", review_on = "2025-10-26", reasons = none,
    warnings = "OD_SHARE:23.53|DBT_UP:12.00|SURGE:2.17",
  },
}

example "nobody knows what a limit could start from" {
  given = { customer_id = "X", terms_days = 30, open_orders = 100, unbilled = 0, legal_dispute = false,
    do_not_contact = false },
  params = { total_ar = 40000000 },
  expect = { credit_limit = 0, utilisation = none, hold = true, hold_reasons = has("UTIL_OVER"),
    warnings = has("DATA_MISSING:base", "DATA_MISSING:payment", "DATA_MISSING:tenure", "DATA_MISSING:returns") },
}
example "a loss is no base" {
  given = { terms_days = 30, net_worth = -5000000, sales_12m = 1000000, open_orders = 0, unbilled = 0,
    legal_dispute = false, do_not_contact = false },
  params = { total_ar = 40000000 },
  expect = { credit_limit = 0, reasons = has("BASE_NET_WORTH") },
}
example "no terms" {
  given = { open_orders = 0, unbilled = 0, legal_dispute = false, do_not_contact = false },
  params = { total_ar = 40000000 },
  expect = rejected("REQUIRED:terms_days"),
}
example "90 days overdue" { -- due on 2025-06-28
  given = { terms_days = 30, open_orders = 0, unbilled = 0, legal_dispute = false, do_not_contact = false,
    rating = "A", sales_12m = 7300000, returns_12m = 0, customer_since = "2019-01-01", net_worth = 12000000,
    requested_limit = 1000000,
    open_items = { { due_date = "2025-06-28", amount = 0.5 }, { due_date = "2025-12-01", amount = 900 } },
    payments = { { due_date = "2025-09-01", paid_date = "2025-09-01", amount = 100 } } },
  params = { total_ar = 40000000 },
  expect = { risk_class = "R1", hold_reasons = has("OD_60"), reasons = lacks("CLASS_CAP_OD90") },
}
example "91 days overdue" {
  given = { terms_days = 30, open_orders = 0, unbilled = 0, legal_dispute = false, do_not_contact = false,
    rating = "A", sales_12m = 7300000, returns_12m = 0, customer_since = "2019-01-01", net_worth = 12000000,
    requested_limit = 1000000,
    open_items = { { due_date = "2025-06-27", amount = 0.5 }, { due_date = "2025-12-01", amount = 900 } },
    payments = { { due_date = "2025-09-01", paid_date = "2025-09-01", amount = 100 } } },
  params = { total_ar = 40000000 },
  expect = { risk_class = "R4", hold_reasons = has("OD_30"), reasons = has("CLASS_CAP_OD90") },
}
example "a limit that is used whole" {
  given = { terms_days = 30, rating = "A", customer_since = "2019-01-01", open_orders = 500000, unbilled = 0,
    legal_dispute = false, do_not_contact = false, references = { { amount = 500000 } },
    payments = { { due_date = "2025-09-01", paid_date = "2025-09-01", amount = 100 } } },
  params = { total_ar = 40000000 },
  expect = { risk_class = "R1", credit_limit = 500000, utilisation = 100, hold = false, warnings = has("UTIL_HIGH") },
}
examples "next to nothing is not a thousand" { -- the limit is rounded down, and starts from nothing
  given = { terms_days = 30, rating = "A", customer_since = "2019-01-01", open_orders = 0.5, unbilled = 0,
    legal_dispute = false, do_not_contact = false,
    payments = { { due_date = "2025-09-01", paid_date = "2025-09-01", amount = 100 } } },
  params = { total_ar = 40000000 },
  inputs = { "net_worth", "collateral" }, outputs = { "risk_class", "credit_limit", "hold_reasons", "reasons" },
  { "",   1249, "R1", 0,    has("UTIL_OVER"), lacks("BASE_NET_WORTH") }, -- 80 % of it are 999.20
  { "",   1250, "R1", 1000, none,             lacks("BASE_NET_WORTH") },
  { -100, 1249, "R1", 0,    has("UTIL_OVER"), has("BASE_NET_WORTH") },
  { 9995, "",   "R1", 0,    has("UTIL_OVER"), has("BASE_NET_WORTH") }, -- no collateral
}
example "all that anybody owes us" {
  given = { terms_days = 30, open_orders = 0, unbilled = 0, legal_dispute = false, do_not_contact = false,
    open_items = { { due_date = "2025-12-01", amount = 0.5 } } },
  params = { total_ar = 0.5 },
  expect = { warnings = has("AR_SHARE") },
}
example "not to be contacted, the interval stands" {
  given = { terms_days = 30, open_orders = 0, unbilled = 0, legal_dispute = false, do_not_contact = true,
    last_contact = "2025-09-01" },
  params = { total_ar = 40000000 },
  expect = { interval_bd = is("> 0"), next_follow_up = none, channel = none, reasons = "DO_NOT_CONTACT" },
}

examples "the sample" { customers = "customers.csv", expected = "expected.csv", params_file = "params.csv" }

property "no customer gets more than a tenth of our receivables" {
  "credit_limit <= 1000000", params = { total_ar = 10000000 } }
property "a limit grows by a quarter at most" { "credit_limit <= previous_limit * 125%", when = "previous_limit > 0",
  params = { total_ar = 40000000 } }
property "more overdue never helps" { raise = "open_items.amount",
  given = { open_items = { { due_date = "2025-08-01", amount = 1000 } } },
  never = { better = "risk_class", more = "credit_limit" }, params = { total_ar = 40000000 } }
property "a dispute never helps" { set = { legal_dispute = true }, never = { better = "risk_class",
  more = "credit_limit" },
  params = { total_ar = 40000000 } }
property "a better rating never hurts" { set = { rating = "A" }, when = "rating != null",
  never = { worse = "risk_class" }, params = { total_ar = 40000000 } }
property "R5 is always on hold, and not supplied" { "hold and supply_suspended", when = "risk_class = R5",
  params = { total_ar = 40000000 } }
property "nobody is called against their will" { "next_follow_up = null and channel = null", when = "do_not_contact",
  params = { total_ar = 40000000 } }
