derive "a" { max = "paid_date", of = "items" }
derive "b" { max = "paid_date", of = "items", missing = "skip" }
derive "c" { mean = "paid_date - due_date", of = "items", where = "today - paid_date in [0..89]" }
derive "d" { mean = "paid_date - due_date", of = "items", within = 90, at = "paid_date" }
derive "e" { latest = "note", of = "items", by = "paid_date", ties = "least" }
derive "f" { sum = "amount * 2", of = "items", where = "kind = web" }
derive "g" { share = "paid_date <= due_date", of = "items" }
