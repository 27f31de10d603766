-- For the proof that joining takes bounded memory: customers with twenty lines each.
company { name = "Ledger", currency = "CNY", timezone = "+08:00", scripts = { "rules" } }

source { plugin = "csv", path = "customers.csv" }

fields { id = key, terms = integer { min = 0 } }

related "lines" {
  source = { plugin = "csv", path = "lines.csv" }, key = "id",
  fields = {
    due = date { required = true },
    amount = money { min = 0, required = true },
    kind = choice { "invoice", "credit" },
  },
  where = "due <= today",
}

outputs { "invoices", "credits", "balance", "oldest", "late", "grade", "largest" }
