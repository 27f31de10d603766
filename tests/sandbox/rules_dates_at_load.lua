-- Working days are not known while scripts are loaded.
-- expect: load error the company's calendar is known when rules run
-- line: 4
local due = dates.add_workdays("2025-09-26", 1)
rule "x" { type = text, function(c) return due end }
