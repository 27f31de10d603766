-- No clock, no environment, no exit.
-- expect: load error there is no 'os'
rule "x" { type = integer, function(c) return os.time() end }
