-- No text becomes code, and so no bytecode either.
-- expect: load error there is no 'load'
rule "x" { type = integer, function(c) return load("return 1")() end }
