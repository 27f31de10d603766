ageing "a" { off = "items", amount = "amount", due = "due_date", { "a1", 0 }, { "a2" } }
ageing "b" { of = "items", { "b1", 0 }, { "b2", 30 } }
ageing "c" { of = "items", amount = "amount", due = "due_date", { "c1", 30 }, { "c2", 30 }, { "c3" }, { "c4" } }
ageing "d" { of = "items", amount = "amount", due = "due_date", { "d1", 0.5 }, { "d1", 30 }, { "amount" } }
ageing "e" { of = "items", amount = "amount", due = "due_date", undated = "e0", { "e1", 0 }, { "e2" } }
ageing "f" { of = "items", amount = "amount", due = "due_date", { "f1" } }
ageing "g" { of = "items", amount = "amount", due = "due_date", missing = 0, { "g1", 0 }, { 30 } }
