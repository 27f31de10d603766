derive "x" { "1" }
