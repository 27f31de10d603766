ageing "a" { of = "score", amount = "amount", due = "due_date", { "a1", 0 }, { "a2" } }
ageing "b" { of = "items", amount = "kind", due = "due_date", { "b1", 0 }, { "b2" } }
ageing "c" { of = "items", amount = "amount / rate", due = "due_date", { "c1", 0 }, { "c2" } }
ageing "d" { of = "items", amount = "amount", due = "last_contact", { "d1", 0 }, { "d2" } }
ageing "e" { of = "items", amount = "amount", due = "paid_date", { "e1", 0 }, { "e2" } }
derive "x" { "a1 + b2 + c" }
