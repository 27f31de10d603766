derive "a" { sum = { "kind", { "web", 60 } }, of = "items" }
derive "b" { sum = { "kind", { "wbe", 60 }, { "-", 0 } }, of = "items" }
derive "c" { sum = { "amount", { "> score", 60 }, { "-", 0 } }, of = "items" }
derive "d" { sum = { "kinds", { "web", 60 } }, of = "items" }
