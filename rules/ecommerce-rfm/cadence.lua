-- Whom to write to, when and how.

derive "last_touch" { max = "at", of = "touches" }
derive "winbacks"   { count = "touches", where = "kind = winback and at > last_order" }

decision_table "contact" {
  inputs = { "segment" },
  outputs = { { "interval", integer }, { "way", choice { "call", "wechat", "sms" } } },
  { "champions",   7,  "call" },
  { "at_risk",     5,  "call" },
  { "loyal",       14, "wechat" },
  { "new",         21, "wechat" }, -- after the welcome
  { "promising",   14, "wechat" },
  { "hibernating", 45, "sms" },
  { "regular",     21, "sms" },
}

cadence "next_follow_up" {
  never    { "do_not_contact", "DO_NOT_CONTACT" },
  sequence { when = "segment = new", anchor = "last_order", days = { 1, 7, 21 },
             of = "touches", at = "at", where = "kind = welcome", done = "WELCOME_DONE" },
  none_yet { "NO_CONTACT_YET" },
  every    { "interval", unit = "days", from = "last_touch" },
  later    { 30, when = "segment = at_risk and winbacks >= 3", code = "WINBACK_DONE" },
  overdue  { "CAD_OVERDUE" },
  cap      { 2, per = 7, of = "touches", at = "at", code = "CONTACT_CAP" },
  channel  { "way" },
}
