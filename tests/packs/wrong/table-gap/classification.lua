scorecard "score" {
  characteristic { "amount", { ">= 1000", 100 }, { "-", 0 } },
}
bands "grade" { of = "score", { "A", 50 }, { "B" } }

derive "days_since" { "today - date(last_contact)" }
decision_table "tier" {
  inputs = { "days_since" },
  { ">= 30", "late" },
  { "< 29",  "soon" },
  { "null",  "never" },
}
decision_table "urgency" {
  inputs = { "amount / 12", "grade" },
  { "-",    "A", 1 },
  { "> 5",  "-", 2 },
  { "< 5",  "B", 3 },
  { "null", "B", 4 },
  type = integer,
}
