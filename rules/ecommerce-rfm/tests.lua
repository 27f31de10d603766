-- What the shop expects of its policy, as examples and as promises that hold for everybody.
as_of "2025-09-26T15:00:00+08:00" -- a Friday

example "C2: bought often, not for months, paid late once" {
  given = {
    customer_id = "C2", late_count = 1, do_not_contact = false,
    orders = {
      { at = "2025-05-10T13:00:00+08:00", amount = 1000, returned = false },
      { at = "2025-04-09T13:00:00+08:00", amount = 900,  returned = false },
      { at = "2025-03-09T13:00:00+08:00", amount = 800,  returned = false },
      { at = "2025-02-06T13:00:00+08:00", amount = 700,  returned = false },
      { at = "2025-01-06T13:00:00+08:00", amount = 800,  returned = false },
      { at = "2024-12-06T13:00:00+08:00", amount = 600,  returned = false },
      { at = "2024-11-05T13:00:00+08:00", amount = 600,  returned = false },
      { at = "2024-01-15T09:30:00+08:00", amount = 450,  returned = false },
    },
    touches = {
      { at = "2025-09-20T19:30:00+08:00", kind = "winback" },
      { at = "2025-04-01T10:00:00+08:00", kind = "regular" },
    },
  },
  expect = {
    r = 1, f = 4, m = 4, score = 56, segment = "at_risk", lifecycle = "dormant", tier = "silver", junk = false,
    next_follow_up = "2025-09-26T21:00:00+08:00", channel = "call", credit_limit = 200, reasons = "CAD_OVERDUE",
    warnings = none,
  },
}

example "C3: the first order a week ago, welcomed once" {
  given = {
    customer_id = "C3", late_count = 0, do_not_contact = false,
    orders = { { at = "2025-09-20T22:10:00+08:00", amount = 680, returned = false } },
    touches = { { at = "2025-09-21T10:00:00+08:00", kind = "welcome" } },
  },
  expect = {
    r = 5, f = 1, m = 2, score = 58, segment = "new", lifecycle = "new", tier = "silver",
    next_follow_up = "2025-09-27T21:00:00+08:00", channel = "wechat", credit_limit = 0, reasons = "TENURE_SHORT",
  },
}

example "never bought anything" {
  given = { late_count = 0, do_not_contact = false },
  expect = { r = 1, f = 1, m = 1, segment = "hibernating", lifecycle = "prospect", junk = false,
    reasons = "NO_CONTACT_YET|TIER_ORDINARY", next_follow_up = "2025-09-26T21:00:00+08:00", channel = "sms" },
}

example "an order of tomorrow has not happened" {
  given = { late_count = 0, do_not_contact = false,
    orders = { { at = "2025-09-26T15:00:01+08:00", amount = 500, returned = false } } },
  expect = { lifecycle = "prospect", r = 1 },
}

example "an unknown kind of touch" {
  given = { late_count = 0, do_not_contact = false,
    touches = { { at = "2025-09-20T19:30:00+08:00", kind = "letter" } } },
  expect = rejected("UNKNOWN_CHOICE:touches.kind"),
}

example "an order counts for 365 days, today included" {
  given = { late_count = 0, do_not_contact = false,
    orders = {
      { at = "2024-09-27T23:59:59+08:00", amount = 500, returned = true }, -- 364 days ago
      { at = "2024-09-26T23:59:59+08:00", amount = 500, returned = false }, -- 365 days ago
      { at = "2024-09-26T20:00:00+08:00", amount = 500, returned = false },
    } },
  expect = { f = 1, m = 1, junk = true }, -- the one order of the year came back
}

-- Two of five came back: that is 40 %, and not more.
example "sends back a part" {
  given = { late_count = 0, do_not_contact = false,
    orders = {
      { at = "2025-09-01T10:00:00+08:00", amount = 200, returned = false },
      { at = "2025-09-02T10:00:00+08:00", amount = 200, returned = false },
      { at = "2025-09-03T10:00:00+08:00", amount = 200, returned = false },
      { at = "2025-09-04T10:00:00+08:00", amount = 200, returned = true },
      { at = "2025-09-05T10:00:00+08:00", amount = 200, returned = true },
    } },
  expect = { m = 2, junk = false },
}
example "sends back more than it keeps" {
  given = { late_count = 0, do_not_contact = false,
    orders = {
      { at = "2025-09-01T10:00:00+08:00", amount = 600, returned = false },
      { at = "2025-09-04T10:00:00+08:00", amount = 200, returned = true },
      { at = "2025-09-05T10:00:00+08:00", amount = 200, returned = true },
    } },
  expect = { m = 2, junk = true },
}
example "sends back as much, but buys for much" {
  given = { late_count = 0, do_not_contact = false,
    orders = {
      { at = "2025-09-01T10:00:00+08:00", amount = 2000, returned = false },
      { at = "2025-09-04T10:00:00+08:00", amount = 200,  returned = true },
    } },
  expect = { m = 3, junk = false },
}

local orders = {} -- 22 orders, of which 9 came back: 40.9 %
for i = 1, 22 do
  orders[i] = { at = string.format("2025-09-%02dT10:00:00+08:00", i), amount = 60, returned = i <= 9 }
end
example "sends back a little more than 40 %" {
  given = { late_count = 0, do_not_contact = false, orders = orders },
  expect = { m = 2, junk = true },
}

-- A winback at the very moment of the order is none after it.
example "won back twice, and once with the order" {
  given = { late_count = 0, do_not_contact = false,
    orders = {
      { at = "2025-03-01T10:00:00+08:00", amount = 3000, returned = false },
      { at = "2025-02-01T10:00:00+08:00", amount = 300,  returned = false },
      { at = "2025-01-01T10:00:00+08:00", amount = 300,  returned = false },
    },
    touches = {
      { at = "2025-03-01T10:00:00+08:00", kind = "winback" },
      { at = "2025-04-01T10:00:00+08:00", kind = "winback" },
      { at = "2025-09-25T10:00:00+08:00", kind = "winback" },
    } },
  expect = { segment = "at_risk", next_follow_up = "2025-09-30T21:00:00+08:00", reasons = lacks("WINBACK_DONE") },
}
example "welcomed three times" {
  given = { late_count = 0, do_not_contact = false,
    orders = { { at = "2025-09-10T10:00:00+08:00", amount = 300, returned = false } },
    touches = {
      { at = "2025-09-11T10:00:00+08:00", kind = "welcome" },
      { at = "2025-09-17T10:00:00+08:00", kind = "welcome" },
      { at = "2025-09-24T10:00:00+08:00", kind = "welcome" },
    } },
  expect = { segment = "new", next_follow_up = "2025-10-15T21:00:00+08:00", reasons = has("WELCOME_DONE") },
}
example "welcomed twice" {
  given = { late_count = 0, do_not_contact = false,
    orders = { { at = "2025-09-10T10:00:00+08:00", amount = 300, returned = false } },
    touches = {
      { at = "2025-09-11T10:00:00+08:00", kind = "welcome" },
      { at = "2025-09-17T10:00:00+08:00", kind = "welcome" },
    } },
  expect = { segment = "new", next_follow_up = "2025-10-01T21:00:00+08:00", reasons = lacks("WELCOME_DONE") },
}
example "a regular customer is written to after 21 days" {
  given = { late_count = 0, do_not_contact = false,
    orders = { { at = "2025-08-10T10:00:00+08:00", amount = 300, returned = false } },
    touches = { { at = "2025-09-20T10:00:00+08:00", kind = "regular" } } },
  expect = { segment = "regular", next_follow_up = "2025-10-11T21:00:00+08:00", channel = "sms" },
}

examples "the sample" { customers = "customers.csv", expected = "expected.csv", params_file = "params.csv" }

property "nobody pays later for more than the diamond cap" { "credit_limit <= 20000" }
property "without a known history of payment there is no limit" { "credit_limit = 0", when = "late_count = null" }
property "spending more is never worse" { raise = "orders.amount", never = { worse = "tier",
  less = { "credit_limit", "m" } } }
property "paying late never helps" { raise = "late_count", never = { more = "credit_limit" } }
property "nobody is called against their will" { "next_follow_up = null and channel = null", when = "do_not_contact" }
