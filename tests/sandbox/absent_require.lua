-- No other modules.
-- expect: load error there is no 'require'
rule "x" { type = integer, function(c) return require("os").time() end }
