-- Memory cannot be asked about.
-- expect: load error there is no 'collectgarbage'
rule "x" { type = number, function(c) return collectgarbage("count") end }
