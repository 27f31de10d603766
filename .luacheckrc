-- luacheck for the packs: Lua 5.4 without what the sandbox does not have, plus what a script can declare.
std = {
  read_globals = {
    -- Lua
    "assert", "error", "ipairs", "next", "pairs", "pcall", "select", "tonumber", "tostring", "type", "xpcall",
    "math", "string", "table", "utf8",
    -- company.lua
    "company", "source", "fields", "params", "outputs", "report", "budget",
    -- types
    "key", "text", "choice", "integer", "number", "money", "decimal", "boolean", "date", "timestamp", "list",
    -- steps
    "derive", "scorecard", "characteristic", "decision_table", "bands", "codes", "rule",
    "cadence", "never", "none_yet", "every", "overdue",
    "limit", "start", "times", "plus", "at_most", "at_least", "zero", "round_down",
    -- in a rule
    "reason",
  },
}
max_line_length = 120
exclude_files = { "tests/packs/wrong" } -- wrong on purpose
files["tests/bench/idiomatic.lua"] = { std = "lua54" }
files["tests/bench"] = { max_line_length = false, ignore = { "311" } } -- lines that repeat a pattern
