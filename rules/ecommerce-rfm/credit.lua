-- Pay later (先用后付): a part of a month's spend by tier, less for who paid late. The ordinary tier, and who
-- paid late twice, get nothing: see `zero` below.

decision_table "pay_later" {
  inputs = { "tier" },
  outputs = { { "months", decimal(1) }, { "cap", money } },
  { "diamond",  2,   20000 },
  { "gold",     1.5, 10000 },
  { "silver",   1,   3000 },
  default = { "null", "null" }, -- the ordinary tier cannot pay later
}

decision_table "late_factor" {
  type = decimal(1),
  inputs = { "late_count" },
  { "0", 1 },
  { "1", 0.5 },
  default = "null",
}

limit "credit_limit" {
  start   { "spend / 12" },
  times   { "months" },
  at_most { { "cap", "LIMIT_CAP" } },
  times   { "late_factor" },
  zero    {
    { "tier = ordinary",                 "TIER_ORDINARY" },
    { "today - date(first_order) < 90",  "TENURE_SHORT" },
    { "late_count >= 2",                 "LATE_ZERO" },
    { "late_count = null" },
    silences = { "LIMIT_CAP" },
  },
  round_down(100),
}

codes "reasons" {
  "DO_NOT_CONTACT", "NO_CONTACT_YET", "WINBACK_DONE", "WELCOME_DONE", "CAD_OVERDUE", "CONTACT_CAP",
  "TIER_ORDINARY", "TENURE_SHORT", "LATE_ZERO", "LIMIT_CAP",
}

codes "warnings" { data_missing { "late_count" } }
