bands "grade" { of = "ammount", { "A", 1000 }, { "B" } }
