limit "credit_limit" {
  start { "amount" },
  at_most { "5000", "CAP" },
  round_down(100),
}

codes "reasons" { "BANNED", "CAP" }

derive "silent" { "as_of - last_contact" }
derive "late" { "today - date(last_contact) > 1 month" }
derive "again" { "date(last_contact) + 36 hours" }
derive "due" { "last_contact + 5" }
