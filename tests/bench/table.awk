# Medians of the rounds as a table with the targets, and as JSON.
# Lines: RES name nanoseconds | RES name wall seconds rss KiB | SKIP name why
$1 == "SKIP" { skipped[$2] = substr($0, length($1 $2) + 3); next }
$1 != "RES" { next }
$3 == "wall" { add($2, $4); add($2 ".rss", $6); next }
{ add($2, $3) }

function add(name, value) { v[name, ++count[name]] = value + 0 }
function median(name,   n, i, j, t, a) {
  n = count[name]
  if (!n) return -1
  for (i = 1; i <= n; i++) a[i] = v[name, i]
  for (i = 2; i <= n; i++) for (j = i; j > 1 && a[j - 1] > a[j]; j--) { t = a[j]; a[j] = a[j - 1]; a[j - 1] = t }
  return n % 2 ? a[(n + 1) / 2] : (a[n / 2] + a[n / 2 + 1]) / 2
}
# The ratio is taken round by round, so that a slow minute of the machine weighs on both.
function ratio(a, b,   i, n) {
  n = count[a] < count[b] ? count[a] : count[b]
  count["r"] = 0
  for (i = 1; i <= n; i++) add("r", v[a, i] / v[b, i])
  return median("r")
}
function row(what, name, value, against, r, target, ok) {
  printf "%-58s %14s  %-26s %9s  %-22s %s\n", what, value, against, r, target, ok ? "met" : "MISSED"
  out = out sep sprintf("  {\"measure\": \"%s\", \"value\": \"%s\", \"ratio\": \"%s\", \"target\": \"%s\", \"met\": %s}",
                        name, value, r, target, ok ? "true" : "false")
  sep = ",\n"
}
function long_table(name, what) {
  row(what, name, ns(name), sprintf("plan %.0f ms, %.0f MB", median(name "-plan") * 1e3, median(name "-rss") * 1024 / 1e6),
      "-", "<= 10 us a record", median(name) <= 10000)
}
function peer(name, what) {
  if (count[name]) printf "  %-56s %14s  %9.0fx\n", what, ns(name), ratio(name, "grade-1")
}
function ns(name) { return sprintf("%.1f ns", median(name)) }
function seconds(name) { return sprintf("%.2f s", median(name)) }
function mib(name) { return sprintf("%.1f MB", median(name ".rss") * 1024 / 1e6) }

END {
  printf "\nWorkload grade-1, %d customers end to end, medians of %d rounds\n\n", n, rounds
  printf "%-58s %14s  %-26s %9s  %-22s\n", "measure", "assay", "against", "ratio", "target"
  r = ratio("grade-1", "floor")
  row("evaluation, one thread, declarative pack", "evaluation", ns("grade-1"), "floor " ns("floor"),
      sprintf("%.2fx", r), "<= 1.0x, aim 0.3x", r <= 1.0)
  r = ratio("grade-1-traced", "grade-1")
  row("the same with tracing on", "evaluation-traced", ns("grade-1-traced"), "tracing off " ns("grade-1"),
      sprintf("%.2fx", r), "<= 1.3x", r <= 1.3)
  r = ratio("grade-1-lua-limit", "floor")
  row("the same with the limit as a Lua function", "evaluation-lua-limit", ns("grade-1-lua-limit"),
      "floor " ns("floor"), sprintf("%.2fx", r), "<= 2.5x", r <= 2.5)
  r = ratio("idiomatic-lua", "grade-1-lua")
  row("the whole rule as one Lua function of 17 fields", "lua-rule", ns("grade-1-lua"),
      "idiomatic Lua " ns("idiomatic-lua"), sprintf("%.2fx", r), ">= 1.6x faster", r >= 1.6)
  long_table("long-ranges", "a table of 10,000 rows, first hit: ranges and exceptions")
  long_table("long-keys", "a table of 10,000 rows, first hit: a price list")
  r = median("answer-1") / 1e3
  row("one record as JSON, full answer, distributor-credit", "answer", sprintf("%.1f us", r),
      sprintf("%.0f a second, p99 %.0f us", 1e6 / r, median("answer-1-p99") / 1e3), "-", "<= 40 us, aim 20 us", r <= 40)
  r = ratio("e2e-csv", "e2e-csv-floor")
  row("CSV to published decisions in SQLite", "csv-to-sqlite", seconds("e2e-csv"),
      "floor " seconds("e2e-csv-floor"), sprintf("%.2fx", r), "<= 1.0x", r <= 1.0)
  r = ratio("e2e-sqlite", "e2e-sqlite-floor")
  row("SQLite to SQLite", "sqlite-to-sqlite", seconds("e2e-sqlite"),
      "floor " seconds("e2e-sqlite-floor"), sprintf("%.2fx", r), "<= 1.0x", r <= 1.0)
  r = ratio("e2e-ledger", "e2e-ledger-sql")
  row(sprintf("%d customers with 20 related lines each, shuffled", n / 10), "related", seconds("e2e-ledger"),
      "SQL in SQLite " seconds("e2e-ledger-sql"), sprintf("%.2fx", r), "<= 0.5x", r <= 0.5)
  r = median("e2e-csv.rss") * 1024 / 1e6
  row("peak resident memory, CSV, " n " customers", "rss", mib("e2e-csv"), "-", "-", "<= 64 MB", r <= 64)
  r = median("e2e-sqlite.rss") * 1024 / 1e6
  row("peak resident memory, SQLite, " n " customers", "rss-sqlite", mib("e2e-sqlite"), "-", "-", "<= 64 MB", r <= 64)
  r = median("e2e-csv-small.rss") * 1024 / 1e6
  row("peak resident memory, CSV, " small " customers", "rss-small", mib("e2e-csv-small"), "-", "-", "<= 64 MB", r <= 64)
  printf "\npeers in the same run, evaluation alone, relative to assay's %s\n\n", ns("grade-1")
  peer("peer-zen_one_loop", "GoRules ZEN, one expression node, 50 a call")
  peer("peer-zen_tables_seq", "GoRules ZEN, decision tables")
  peer("peer-jre_stop", "json-rules-engine, stopping at the first hit")
  peer("peer-rools", "rools")
  peer("peer-noderules", "node-rules")
  peer("peer-sql_eval_mem", "SQLite CASE expressions, in memory")
  printf "  %-56s %14s  %9.0fx\n", "idiomatic Lua 5.4", ns("idiomatic-lua"), ratio("idiomatic-lua", "grade-1")
  for (name in skipped) printf "  %-56s %s\n", name, "skipped:" skipped[name]
  printf "[\n%s\n]\n", out > json
  printf "\nwritten as JSON: %s\n", json
}
