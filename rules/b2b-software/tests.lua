-- What the sales team expects of its policy, as examples and as promises that hold for everybody.
as_of "2025-09-26T15:00:00+08:00" -- a Friday

example "A1: a demo two weeks ago, closing next month" {
  given = {
    customer_id = "A1", industry = "manufacturing", employees = 620, budget = "confirmed", need = "high",
    contact_level = "director", expected_close = "2025-10-20", deal_amount = 480000, do_not_contact = false,
    events = {
      { type = "demo",  at = "2025-09-14T10:30:00+08:00" },
      { type = "reply", at = "2025-08-17T16:05:00+08:00" },
    },
    touches = {
      { at = "2025-09-24T14:20:00+08:00", channel = "visit" },
      { at = "2025-09-10T11:00:00+08:00", channel = "call" },
    },
  },
  expect = {
    engagement = 70, score = 89, band = "hot", grade = "A", next_follow_up = "2025-09-26T18:00:00+08:00",
    channel = "call/visit", credit_limit = 120000, reasons = "CLOSE_1M|SCORE_HOT|PAY_NO_HISTORY", warnings = none,
  },
}

example "A3: called once, then forgotten" {
  given = {
    customer_id = "A3", industry = "other", employees = 8, budget = "none", need = "low", contact_level = "staff",
    deal_amount = 60000, do_not_contact = false,
    events = { { type = "open", at = "2025-07-18T08:00:00+08:00" } },
    touches = { { at = "2025-08-20T09:45:00+08:00", channel = "call" } },
  },
  expect = {
    engagement = 0.5, score = 12.6, band = "cold", grade = "D", next_follow_up = "2025-09-30T18:00:00+08:00",
    channel = "campaign", credit_limit = 0,
    reasons = { "D_NO_FOLLOWUP", "CLOSE_UNKNOWN", "SCORE_COLD", "LIMIT_PREPAY" },
  },
}

-- 24 hours after the quote is a Saturday, so the call is due on Friday by closing time.
example "a first quote this morning" {
  given = {
    need = "medium", expected_close = "2025-12-10", first_quote_at = "2025-09-26T10:00:00+08:00", deal_amount = 90000,
    do_not_contact = false, touches = { { at = "2025-09-16T15:30:00+08:00", channel = "email" } },
  },
  expect = { next_follow_up = "2025-09-26T18:00:00+08:00", reasons = has("FIRST_QUOTE_24H") },
}
example "a call after the quote ends the hurry" {
  given = {
    need = "medium", expected_close = "2025-12-10", first_quote_at = "2025-09-25T10:00:00+08:00",
      do_not_contact = false,
    touches = { { at = "2025-09-25T10:00:01+08:00", channel = "call" } },
  },
  expect = { reasons = lacks("FIRST_QUOTE_24H") },
}
example "a quote that nobody followed is due at once" {
  given = { first_quote_at = "2025-09-22T10:00:00+08:00", do_not_contact = false },
  expect = { next_follow_up = "2025-09-26T18:00:00+08:00", reasons = has("FIRST_QUOTE_24H", "CAD_OVERDUE") },
}

example "a demo is worth half after 30 days, a quarter after 60" {
  given = { do_not_contact = false, events = {
    { type = "demo", at = "2025-08-28T10:00:00+08:00" }, -- 29 days: 60
    { type = "demo", at = "2025-08-27T10:00:00+08:00" }, -- 30 days: 30
    { type = "open", at = "2025-07-28T10:00:00+08:00" }, -- 60 days: 0.5
  } },
  expect = { engagement = 90.5 },
}
example "what the other events are worth" {
  given = { do_not_contact = false, events = {
    { type = "meeting", at = "2025-09-25T10:00:00+08:00" }, { type = "reply", at = "2025-09-25T10:00:00+08:00" },
    { type = "click",   at = "2025-09-25T10:00:00+08:00" }, { type = "click", at = "2025-09-25T10:00:01+08:00" } } },
  expect = { engagement = 70 },
}
example "at most a hundred" {
  given = { do_not_contact = false, events = {
    { type = "demo", at = "2025-09-25T10:00:00+08:00" }, { type = "quote_request",
      at = "2025-09-25T10:00:00+08:00" } } },
  expect = { engagement = 100 },
}
examples "grade by the close" {
  -- 41 points, cool: nothing is raised or lowered
  given = { employees = 300, budget = "confirmed", need = "low", do_not_contact = false },
  inputs = { "expected_close" }, outputs = { "band", "grade", "reasons" },
  { "",           "cool", "D", has("CLOSE_UNKNOWN") },
  { "2025-09-25", "cool", "D", has("CLOSE_PAST") },
  { "2025-09-26", "cool", "A", has("CLOSE_1M") },
  { "2025-10-26", "cool", "A", has("CLOSE_1M") },
  { "2025-10-27", "cool", "B", has("CLOSE_3M") },
  { "2025-12-26", "cool", "B", has("CLOSE_3M") },
  { "2025-12-27", "cool", "C", has("CLOSE_6M") },
  { "2026-03-26", "cool", "C", has("CLOSE_6M") },
  { "2026-03-27", "cool", "D", has("CLOSE_LATER") },
}

example "spoken to once, 30 days ago: not forgotten yet" {
  given = { need = "low", expected_close = "2025-10-20", do_not_contact = false, employees = 300, budget = "confirmed",
    touches = { { at = "2025-08-27T10:00:00+08:00", channel = "call" } } },
  expect = { grade = "A", reasons = lacks("D_NO_FOLLOWUP") },
}
example "spoken to twice: not forgotten" {
  given = { need = "low", expected_close = "2025-10-20", do_not_contact = false, employees = 300, budget = "confirmed",
    touches = { { at = "2025-07-27T10:00:00+08:00", channel = "call" }, { at = "2025-07-20T10:00:00+08:00",
      channel = "call" } } },
  expect = { grade = "A", reasons = lacks("D_NO_FOLLOWUP") },
}
example "a hot lead is one grade better" {
  given = { industry = "finance", employees = 2000, budget = "confirmed", need = "high", contact_level = "c_level",
    expected_close = "2025-12-01", do_not_contact = false,
    events = { { type = "demo", at = "2025-09-25T10:00:00+08:00" } } },
  expect = { score = 92, band = "hot", grade = "A", reasons = has("CLOSE_3M", "GRADE_UP") },
}
example "a hot lead that needs nothing stays a D" {
  given = { industry = "finance", employees = 2000, budget = "confirmed", need = "none", contact_level = "c_level",
    expected_close = "2025-12-01", do_not_contact = false,
    events = { { type = "demo", at = "2025-09-25T10:00:00+08:00" }, { type = "meeting",
      at = "2025-09-24T10:00:00+08:00" } } },
  expect = { score = 80, band = "hot", grade = "D", reasons = { "D_NO_NEED", "CLOSE_3M", "SCORE_HOT",
    "NO_CONTACT_YET", "LIMIT_PREPAY" } },
}

example "not to be contacted" {
  given = { do_not_contact = true, first_quote_at = "2025-09-26T10:00:00+08:00", expected_close = "2025-10-20" },
  expect = { next_follow_up = none, channel = none, reasons = { "CLOSE_1M", "SCORE_COLD", "GRADE_DOWN",
    "DO_NOT_CONTACT", "PAY_NO_HISTORY" } },
}
example "an unknown kind of event" {
  given = { do_not_contact = false, events = { { type = "rumour", at = "2025-09-25T10:00:00+08:00" } } },
  expect = rejected("UNKNOWN_CHOICE:events.type"),
}

examples "the sample" { customers = "customers.csv", expected = "expected.csv", params_file = "params.csv" }

property "nobody gets more than half a million" { "credit_limit <= 500000" }
property "a D pays in advance" { "credit_limit = 0", when = "grade = D" }
property "a larger company never scores less" { raise = "employees", never = { less = "score", worse = "band" } }
property "a larger deal never gets less" { raise = "deal_amount", never = { less = "credit_limit" } }
property "a later close is never better, in time" {
  raise = "expected_close", when = "expected_close >= today", never = { better = "grade" } }
property "nobody is called against their will" { "next_follow_up = null and channel = null", when = "do_not_contact" }
