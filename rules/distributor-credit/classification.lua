-- How risky: ageing (账龄), payment behaviour, the score, the class (风险等级).

-- Open items by days overdue: not yet due, 1 to 30 days, and so on; `ar` is their sum.
ageing "ar" { of = "open_items", amount = "amount", due = "due_date",
  { "ar_current", 0 }, { "ar_1_30", 30 }, { "ar_31_60", 60 }, { "ar_61_90", 90 }, { "ar_over_90" } }

derive "overdue"       { "ar - ar_current" }
derive "overdue_30"    { "ar_31_60 + ar_61_90 + ar_over_90" }
derive "overdue_60"    { "ar_61_90 + ar_over_90" }
derive "overdue_share" { "if ar = 0 then 0 else overdue / ar" }

-- Days beyond terms, weighted by amount: of the last 90 days, and of the 90 days before them.
derive "dbt" {
  mean = "paid_date - due_date", weight = "amount", of = "payments", at = "paid_date", within = 90 }
derive "dbt_before" {
  mean = "paid_date - due_date", weight = "amount", of = "payments", at = "paid_date", within = { 90, 179 } }

scorecard "score" {
  divide = 100, -- the weights are percent
  characteristic { "payment", weight = 35, input = "dbt",
    { "<= 0", 100 }, { "<= 7", 80 }, { "<= 15", 60 }, { "<= 30", 40 }, { "<= 60", 15 }, { "-", 0 }, missing = 0 },
  characteristic { "overdue_share", weight = 20,
    { "0", 100 }, { "<= 5%", 80 }, { "<= 15%", 50 }, { "<= 30%", 20 }, { "-", 0 } },
  characteristic { "rating", weight = 15,
    { "A", 100 }, { "B", 75 }, { "C", 45 }, { "D", 10 }, missing = 40 },
  characteristic { "tenure", weight = 10, input = "customer_since",
    { "<= add_months(today, -60)", 100 }, { "<= add_months(today, -36)", 75 }, { "<= add_months(today, -12)", 50 },
    { "-", 20 }, missing = 20 },
  characteristic { "returns", weight = 10, input = "returns_12m / sales_12m",
    { "<= 1%", 100 }, { "<= 3%", 70 }, { "<= 8%", 30 }, { "-", 0 }, missing = 0 },
  characteristic { "strength", weight = 10, input = "net_worth / requested_limit",
    { ">= 10", 100 }, { ">= 5", 70 }, { ">= 2", 40 }, { "-", 10 }, missing = 30 },
}

bands "risk_class" { of = "score", { "R1", 80 }, { "R2", 65 }, { "R3", 50 }, { "R4", 35 }, { "R5" } }

-- However good the score: who owes us for more than 90 days, or disputes in court, is at best R4.
worst "risk_class" { "R4", when = {
  { "ar_over_90 > 0", "CLASS_CAP_OD90" },
  { "legal_dispute",  "CLASS_CAP_DISPUTE" },
} }

-- What a class means is kept in a spreadsheet: class.csv.
decision_table "class" { file = "class.csv" }

derive "supply_suspended" { "risk_class = R5" }
derive "review_on" { "today + review_days" }

-- 宽限期: patience with a customer of three years and more that is in trouble, but sells more than before.
decision_table "grace_days" {
  type = integer,
  inputs = { "risk_class", "customer_since", "sales_12m" },
  { "R3, R4", "<= add_months(today, -36)", "> sales_prev_12m", 15 },
  { "-",      "-",                         "-",                0 },
}
