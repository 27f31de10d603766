limit "credit_limit" {
  start { "amount" },
  at_most { "5000", "CAP" }, -- check: allow never-binds because it did once
  round_down(100),
}

-- check: allow gap because nobody stands between 29 and 30
decision_table "tier" {
  inputs = { "amount" },
  { ">= 30", "late" }, -- check: allow gpa because of a slip
  { "< 29",  "soon" }, -- check: alow masked-row because of another
  { "< 28",  "soon" }, -- check: allow masked-row
  { "< 27",  "soon", note = "check: allow masked-row because 旧条款" },
  { "null",  "none" }, -- check: allow mistake because everybody makes some
}

-- check: allow gap because of nothing: an empty line follows

codes "reasons" { "BANNED", "CAP" } -- check: allow because
