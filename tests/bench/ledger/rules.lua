derive "invoices" { sum = "amount", of = "lines", where = "kind = invoice" }
derive "credits"  { sum = "amount", of = "lines", where = "kind = credit" }
derive "balance"  { "invoices - credits" }
derive "oldest"   { min = "due", of = "lines" }
derive "late"     { count = "lines", where = "due + terms < today" }
bands  "grade"    { of = "late", { "C", 10 }, { "B", 5 }, { "A" } }
derive "largest"  { max = "amount", of = "lines" }
