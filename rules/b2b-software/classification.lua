-- How warm, and how near: engagement, score, band, and the grade (ABCD级) by the time to the close.

-- What a customer does is worth less every 30 days: half, then a quarter, and so on.
derive "engagement" { type = decimal(2),
  sum = { "type",
    { "demo", 60 }, { "quote_request", 50 }, { "meeting", 40 }, { "reply", 20 }, { "click", 5 }, { "open", 2 } },
  of = "events", at = "at", halve_every = 30, at_most = 100 }

derive "last_touch" { max = "at", of = "touches" }
derive "touch_count" { count = "touches" }

scorecard "score" {
  divide = 100, -- the weights are percent
  characteristic { "industry", weight = 15,
    { "manufacturing, finance, healthcare", 100 }, { "retail, logistics", 60 }, { "other", 20 } },
  characteristic { "employees", weight = 15,
    { ">= 1000", 100 }, { ">= 200", 80 }, { ">= 50", 60 }, { ">= 10", 30 }, { "-", 10 } },
  characteristic { "budget", weight = 20,
    { "confirmed", 100 }, { "in_process", 50 }, { "none", 0 } },
  characteristic { "need", weight = 20,
    { "high", 100 }, { "medium", 60 }, { "low", 30 }, { "none", 0 } },
  characteristic { "contact_level", weight = 10,
    { "c_level", 100 }, { "director", 80 }, { "manager", 50 }, { "staff", 20 } },
  characteristic { "engagement", weight = 20, points = "engagement" },
}

bands "band" { of = "score",
  { "hot", 80, code = "SCORE_HOT" }, { "warm", 60 }, { "cool", 40 }, { "cold", code = "SCORE_COLD" } }

decision_table "grade" {
  type = choice { "A", "B", "C", "D" },
  inputs = { "expected_close" },
  { "null",                    "D", code = "CLOSE_UNKNOWN" },
  { "< today",                 "D", code = "CLOSE_PAST" },
  { "<= add_months(today, 1)", "A", code = "CLOSE_1M" },
  { "<= add_months(today, 3)", "B", code = "CLOSE_3M" },
  { "<= add_months(today, 6)", "C", code = "CLOSE_6M" },
  { "-",                       "D", code = "CLOSE_LATER" },
}

-- Whatever the close: who was spoken to once and then forgotten, or needs nothing, is a D.
worst "grade" { "D", codes = "always", when = {
  { "touch_count = 1 and today - date(last_touch) > 30", "D_NO_FOLLOWUP" },
  { "need = none",                                       "D_NO_NEED" },
} }

adjust "grade" {
  { "band = hot",  up = 1,   only = "B, C",    code = "GRADE_UP" },
  { "band = cold", down = 1, only = "A, B, C", code = "GRADE_DOWN" },
}
