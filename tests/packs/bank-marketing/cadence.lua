-- Somebody who bought before is asked sooner, somebody who refused is left alone for half a year.
decision_table "interval_days" {
  type = integer,
  inputs = { "outcome", "call_class" },
  { "success", "-",      30 },
  { "other",   "-",      90 },
  { "failure", "first",  120 },
  { "failure", "-",      180 },
  { "-",       "-",      60 },
}

derive "last_campaign_on" { "today - days_since_campaign" }

cadence "next_call" {
  never    { "calls >= most_calls", "CALLED_ENOUGH" },
  never    { "in_default = yes", "IN_DEFAULT" },
  none_yet { "NEVER_CALLED" },
  every    { "interval_days", unit = "workdays", from = "last_campaign_on" },
  overdue  { "CALL_OVERDUE" },
}

decision_table "channel" {
  type = choice { "mobile", "landline", "letter" },
  inputs = { "contact" },
  { "cellular",  "mobile" },
  { "telephone", "landline" },
  { "-",         "letter" },
}
