-- How likely, how soon, and how important: urgency, score, priority, relationship.

-- A contact after the moment of grading has not happened yet.
derive "last_contact" { "if last_contact_at <= as_of then last_contact_at else null" }

-- 渴望 eager, 有望 hopeful, 观望 wait and see. Whoever is eager but was not spoken to for more than 30
-- days counts as hopeful until somebody has asked again.
decision_table "urgency" {
  type = choice { "eager", "hopeful", "wait_and_see" },
  inputs = { "expected_purchase", "date(last_contact)" },
  { "< today",                  "-",            "wait_and_see", code = "PURCHASE_PAST" },
  { "<= add_months(today, 1)",  "< today - 30", "hopeful",      code = "URGENCY_STALE" },
  { "<= add_months(today, 1)",  "-",            "eager" },
  { "<= add_months(today, 3)",  "-",            "hopeful" },
  { "-",                        "-",            "wait_and_see", note = "later, or no date known" },
}

scorecard "score" {
  divide = 100, -- the weights are percent
  characteristic { "urgency", weight = 30,
    { "eager", 100 }, { "hopeful", 60 }, { "wait_and_see", 20 } },
  characteristic { "budget", weight = 25, input = "budget / unit_price",
    { ">= 1", 100 }, { ">= 0.9", 70 }, { ">= 0.8", 40 }, { "-", 10 } },
  characteristic { "financing", weight = 15,
    { "cash", 100 }, { "preapproved", 80 }, { "in_process", 40 }, { "none", 0 } },
  characteristic { "visits", weight = 15,
    { ">= 3", 100 }, { "2", 75 }, { "1", 50 }, { "0", 10 } },
  characteristic { "decision_maker", weight = 10,
    { "true", 100 }, { "false", 30 } },
  characteristic { "source", weight = 5,
    { "referral", 100 }, { "walk_in", 80 }, { "online", 50 }, { "cold", 20 } },
}

bands "priority" { of = "score", { "P1", 75 }, { "P2", 50 }, { "P3" } }

-- 重要, 现有, 潜在
decision_table "relationship" {
  type = choice { "important", "existing", "potential" },
  inputs = { "units_bought", "strategic" },
  { ">= 3", "-",    "important" },
  { "-",    "true", "important" },
  { ">= 1", "-",    "existing" },
  { "-",    "-",    "potential" },
}
