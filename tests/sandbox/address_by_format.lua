-- Nor does the text of a table in a format.
-- expect: value [table] [function]
rule "x" { type = text, function(c) return ("[%s] [%s]"):format({}, function() end) end }
