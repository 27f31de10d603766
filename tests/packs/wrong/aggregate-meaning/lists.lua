derive "a" { sum = "amount", of = "itms" }
derive "b" { count = "amount" }
derive "c" { sum = "amuont", of = "items" }
derive "d" { sum = "kind", of = "items" }
derive "e" { max = "kind", of = "items" }
derive "f" { sum = "amount", of = "items", where = "amount" }
derive "g" { share = "paid_date", of = "items" }
derive "h" { latest = "kind", of = "items" }
derive "i" { latest = "kind", of = "items", by = "due_date" }
derive "j" { latest = "kind", of = "items", by = "note", ties = "least" }
derive "k" { count = "items", within = 30 }
derive "l" { count = "items", within = 30, at = "amount" }
derive "m" { count = "items", within = 1.5, at = "due_date" }
derive "n" { count = "items", within = { 9, 3 }, at = "due_date" }
derive "o" { count = "items", within = 0, at = "due_date" }
derive "p" { sum = "amount", of = "items", half_life = 0, at = "due_date" }
derive "q" { sum = "amount / rate", of = "items", halve_every = 30, at = "due_date" }
derive "r" { mean = "amount", of = "items", weight = "kind" }
derive "s" { mean = "amount", of = "items", type = integer }
derive "t" { max = "due_date", of = "items", none = "amount" }
derive "u" { max = "amount", of = "items", none = "last_amount" }
derive "v" { max = "amount", of = "items", none = "amount" }
derive "w" { latest = "kind", of = "items", by = "due_date", ties = "least", none = "wbe" }
derive "x" { max = "due_date", of = "items", at_most = 5 }
derive "y" { sum = "amount", of = "items", at_most = 0.005 }
derive "z" { count = "items", where = "amount > score", within = "amount", at = "due_date" }
