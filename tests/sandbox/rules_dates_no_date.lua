-- A text that is no date names itself.
-- expect: RULE_ERROR "2025-02-30" is no date as YYYY-MM-DD
-- line: 4
rule "x" { type = text, function(c) return dates.add_days("2025-02-30", 1) end }
