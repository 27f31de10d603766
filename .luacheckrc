-- luacheck for the packs: Lua 5.4 without what the sandbox does not have, plus what a script can declare.
local function fields(names)
  local known = {}
  for _, name in ipairs(names) do known[name] = {} end
  return { fields = known }
end

std = {
  read_globals = {
    -- Lua
    "assert", "error", "ipairs", "pairs", "pcall", "select", "tonumber", "tostring", "type", "xpcall",
    math = fields {
      "abs", "ceil", "exp", "floor", "fmod", "huge", "log", "max", "maxinteger", "min", "mininteger", "modf", "pi",
      "sqrt", "tointeger", "type", "ult",
    },
    string = fields {
      "byte", "char", "find", "format", "gmatch", "gsub", "len", "lower", "match", "rep", "reverse", "sub", "upper",
    },
    table = fields { "concat", "insert", "move", "pack", "remove", "sort", "unpack" },
    utf8 = fields { "char", "charpattern", "codepoint", "codes", "len", "offset" },
    -- the library of rules
    dates = fields {
      "add_days", "add_months", "add_workdays", "days_between", "is_workday", "make", "moment", "months_between", "of",
      "parse", "parts", "weekday", "workdays_between",
    },
    rounding = fields { "down", "half_up", "up" },
    texts = fields { "contains", "ends", "length", "split", "starts", "trim" },
    stats = fields { "count", "greatest", "least", "mean", "median", "percentile", "sum" },
    -- company.lua
    "company", "source", "fields", "params", "outputs", "report", "budget", "notify", "schedule",
    -- types
    "key", "text", "choice", "integer", "number", "money", "decimal", "boolean", "date", "timestamp", "list",
    -- steps
    "derive", "scorecard", "characteristic", "decision_table", "bands", "codes", "rule",
    "cadence", "never", "first_touch", "none_yet", "sequence", "every", "sooner", "later", "overdue", "cap", "opening",
    "quiet", "channel",
    "limit", "start", "times", "plus", "at_most", "at_least", "step_up", "step_down", "zero", "round_down",
    "round_half_up", "round_up",
    "adjust", "worst", "best", "ageing", "total", "quantiles", "steady", "smooth", "watch", "related", "data_missing", "use",
    -- in a rule
    "reason",
    -- tests.lua
    "as_of", "example", "examples", "property", "has", "lacks", "is", "none", "rejected", "fails",
  },
}
max_line_length = 120
exclude_files = { "tests/packs/wrong", "**/.assay/*" } -- wrong on purpose; what `assay editor` writes
files["tests/bench/idiomatic.lua"] = { std = "lua54" }
files["tests/bench"] = { max_line_length = false, ignore = { "311" } } -- lines that repeat a pattern
