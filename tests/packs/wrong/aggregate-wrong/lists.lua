derive "a" { summ = "amount", of = "items" }
derive "b" { sum = "amount", max = "amount", of = "items" }
derive "c" { sum = "amount" }
derive "d" { sum = "amount", of = "items", weight = "rate" }
derive "e" { sum = "amount", of = "items", half_life = 30, halve_every = 30 }
derive "f" { max = "due_date", of = "items", at = "due_date" }
derive "g" { mean = "amount", of = "items", missing = "0" }
derive "h" { latest = "due_date", of = "items", ties = "least" }
derive "i" { latest = "kind", of = "items", by = "due_date", ties = "first" }
derive "j" { count = "items", within = { 1, 2, 3 }, at = "due_date" }
derive "k" { sum = { "kind", { "web", 60, 1 }, { "shop", "many" } }, of = "items" }
derive "l" { mean = { "kind", { "web", 60 } }, of = "items" }
derive "m" { "amount", sum = "amount", of = "items" }
derive "n" { count = "items", none = 0 }
derive "o" { sum = function(c) return 1 end, of = "items" }
derive "p" { sum = { { "web", 60 } }, of = "items" }
