-- A global function is a global variable.
-- expect: load error write 'local helper'
-- line: 4
function helper() return 1 end
rule "x" { type = integer, function(c) return 1 end }
