-- No look inside.
-- expect: load error there is no 'debug'
rule "x" { type = integer, function(c) return debug.getregistry()[1] end }
