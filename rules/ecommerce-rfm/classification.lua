-- How recently, how often, for how much; and what follows from it.

derive "last_order"  { max = "at", of = "orders" }
derive "first_order" { min = "at", of = "orders" }
derive "order_count" { count = "orders" }
derive "days_since"  { "today - date(last_order)" }

-- The year: orders of the last 365 days, today included.
derive "orders_in_year" { count = "orders", within = 365, at = "at" }
derive "spend"          { sum = "amount", of = "orders", where = "not(returned)", within = 365, at = "at" }
derive "returned_share" { share = "returned", of = "orders", within = 365, at = "at", none = 0 }

decision_table "r" { type = integer, inputs = { "days_since" },
  { "<= 14", 5 }, { "<= 30", 4 }, { "<= 60", 3 }, { "<= 120", 2 }, { "-", 1, note = "longer ago, or never" } }
decision_table "f" { type = integer, inputs = { "orders_in_year" },
  { ">= 12", 5 }, { ">= 6", 4 }, { ">= 3", 3 }, { "2", 2 }, { "-", 1 } }
decision_table "m" { type = integer, inputs = { "spend" },
  { ">= 10000", 5 }, { ">= 5000", 4 }, { ">= 2000", 3 }, { ">= 500", 2 }, { "-", 1 } }

scorecard "score" { divide = 5,
  characteristic { "r", weight = 40, points = "r" },
  characteristic { "f", weight = 30, points = "f" },
  characteristic { "m", weight = 30, points = "m" },
}

bands "tier" { of = "score", { "diamond", 85 }, { "gold", 70 }, { "silver", 45 }, { "ordinary" } } -- 钻石 … 普通

decision_table "lifecycle" {
  type = choice { "prospect", "new", "active", "dormant", "churned" }, -- 潜在, 新, 活跃, 沉睡, 流失
  inputs = { "order_count", "days_since" },
  { "0", "-",     "prospect" },
  { "-", "> 180", "churned" },
  { "-", "> 90",  "dormant" },
  { "1", "-",     "new" },
  { "-", "-",     "active" },
}

-- 垃圾客户: sends back more than it keeps, and buys for little.
derive "junk" { "returned_share > 40% and m <= 2" }

decision_table "segment" {
  type = choice { "champions", "loyal", "new", "promising", "regular", "at_risk", "hibernating" },
  inputs = { "r", "f", "m", "order_count" },
  { ">= 4", ">= 4", ">= 4", "-", "champions" },
  { "<= 2", ">= 3", ">= 3", "-", "at_risk" },
  { ">= 3", ">= 4", "-",    "-", "loyal" },
  { ">= 4", "-",    "-",    "1", "new" },
  { ">= 4", "-",    "-",    "-", "promising" },
  { "<= 2", "-",    "-",    "-", "hibernating" },
  { "-",    "-",    "-",    "-", "regular" },
}
