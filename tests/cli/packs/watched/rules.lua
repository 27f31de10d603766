bands "class" { of = "score", { "R1", 80 }, { "R2", 65 }, { "R3" } }
worst "class" { "R3", when = "late > 90" }
bands "lateness" { of = "late", best = "fine", { "bad", 60 }, { "late", 1 }, { "fine" } }

limit "credit_limit" { start { "sales / 12" }, round_down(100) }
derive "utilisation" { "exposure / credit_limit * 100", type = decimal(2) }
derive "hold" { "utilisation > 100" }

watch "alerts" {
  { "DOWNGRADED", downgrade = "class", severity = "critical", text = "Fell from {value} to {class}.",
    text_zh = "风险等级由{value}降至{class}。" },
  { "UPGRADED",   upgrade = "class", severity = "info" },
  { "LATER",      downgrade = "lateness" },
  { "LIMIT_CUT",  cut = { "credit_limit", "20%" } },
  { "LIMIT_UP",   rise = { "credit_limit", 1000 }, severity = "info" },
  { "ON_HOLD",    becomes = "hold", severity = "critical" },
  { "UTIL_90",    over = { "utilisation", 90 } },
  { "CALMER",     under = { "utilisation", 50 }, severity = "info" },
  { "ANY",        "class = R3 and previous(class) = R3", value = "score" },
}
