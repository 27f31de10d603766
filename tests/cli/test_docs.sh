#!/bin/bash
# assay docs: the pages of the shipped packs hold what the packs say; every form of step; what goes wrong.
# shellcheck source=tests/cli/lib.sh
. "$(dirname "$0")/lib.sh"
look() { python3 "$ROOT/tests/tools/policy_page.py" "$@"; }

for p in distributor-credit ecommerce-rfm real-estate-leads b2b-software; do
  for l in en zh; do
    assay "the page of $p in $l" 0 docs "$ROOT/rules/$p" --lang "$l" --as-of "$AS_OF" --output "$p-$l.html"
    holds "it is whole, and holds what the pack says" look "$p-$l.html" "$ROOT/rules/$p" "$ASSAY"
  done
  assay "the page of $p again" 0 docs "$ROOT/rules/$p" --lang en --as-of "$AS_OF" --output -
  same "is the same, byte by byte" out "$p-en.html"
  holds "all of its tests hold" sh -c "! grep -q 'class=\"bad\"' $p-en.html"
done
cp real-estate-leads-zh.html out
says "a Chinese page says so" out '<html lang="zh-CN">'
says "and has the company's Chinese name" out '江畔置业：客户评级与授信政策'
says "and Chinese words" out '<h2 id="reasons">原因代码及含义</h2>'

# ---- every form of step
mkdir -p rules/forms
cat >rules/forms/company.lua <<'END2'
company { name = "Forms & <Sons>", currency = "EUR", timezone = "+01:00", scripts = { "steps" }, effective = { from = "2025-01-01" } }
source { plugin = "csv", path = "customers.csv" }
fields { id = key, amount = money { min = 0 }, on = date, asked_at = timestamp, owner = choice { "ann", "bob" },
  vip = boolean, -- "very" important
  touches = list { at = timestamp, kind = text } }
params { big = money { default = 5000 } }
schedule "nightly" { cron = "30 2 * * *", timezone = "Europe/Berlin" }
schedule "odd" { cron = "0 9 13 * FRI" }
schedule "close" { workday = -1, at = "18:00" }
schedule "hourly" { every = "1h" }
outputs { "score", "grade", "grade_since", "fifth", "next", "channel", "limit", "why", "alerts", "words", "fee", "largest" }
END2
{
  cat <<'END2'
-- What this script is for.

-- Of the `amount` alone.
scorecard "score" { baseline = 10, min = 0, max = 100,
  characteristic { "amount", weight = 0.5, reason = "SMALL", { "[1000..5000)", 100 }, { ">= 5000", 120 }, { "-", 20 }, missing = 0 } }
bands "grade" { of = "score", { "A", 50, code = "TOP" }, { "B", 20 }, { "C" }, missing = "C", hold = 90, max_up = 1, held = "HELD" }
adjust "grade" { { "vip", up = 1, only = "B, C", code = "UP" }, { "amount > big", to = "A" } }
best "grade" { "B", when = { { "vip", "VIP" } } }
total "all" { of = "amount", within = "owner" }
quantiles "fifth" { of = "amount", into = 5, missing = 1 }
quantiles "tier" { of = "amount", { "top", "20%" }, { "rest" } }
derive "recent" { count = "touches", where = "kind = \"call\"", within = 30, at = "at" }
decision_table "fee" { type = decimal(1), inputs = { "amount" }, effective = { to = "2024-12-31" }, { "-", 9 } }
decision_table "fee" { type = decimal(1), inputs = { "amount" }, effective = { from = "2025-01-01" }, default = 3,
  { "> 100", 1, to = "2025-03-31" }, { "> 10", 2, note = "<small> & cheap" } }
rule "largest" { type = integer, function(c)
  if c.amount == nil then return 0 end -- < & >
  return math.floor(c.amount)
end }
cadence "next" {
  never { "tier = rest and grade = C", "NEVER" },
  first_touch { from = "asked_at", within = "8 working hours", roll = "none", touched = "asked_at", code = "FIRST" },
  sequence { anchor = "on", days = { 1, 7 }, of = "touches", at = "at", done = "DONE" },
  none_yet { "NONE" },
  every { 5, unit = "workdays", from = "on", as = "interval" },
  later { 2, when = "vip" },
  sooner { on = "on" },
  overdue { "LATE" },
  cap { 3, per = 7, of = "touches", at = "at" },
  quiet { "21:00..09:00", roll = "back" },
  channel { { "vip", "visit" }, { "-", "call" } },
  smooth { 20, per = "owner", by = "-amount", code = "MOVED" } }
limit "limit" {
  start { median = { { "amount", "BASE" }, { "all / 2" } }, negative = "skip", none = { 0, "NOTHING" } },
  plus { "amount * 10%", missing = 0 },
  step_up { "25%", of = "previous(limit)", code = "STEP" },
  at_most { { "50000", "CAP", value = true }, when = "not(vip)" },
  at_least { "100" },
  zero { { "grade = C" }, silences = { "CAP" } },
  round_half_up(100), missing = { 0, "NO_LIMIT" } }
codes "why" { by = "points_lost", of = "score", most = 2 }
watch "alerts" { { "CUT", cut = { "limit", "20%" }, severity = "critical", text = "It was {value}." } }
codes "words" { "TOP", "HELD", "UP", "VIP", "NEVER", "FIRST", "DONE", "NONE", "LATE", "MOVED", "BASE", "NOTHING", "STEP", "CAP",
  "NO_LIMIT", { "OWES", "recent > 3", value = "recent", silences = { "TOP" } } }
decision_table "long" { type = integer, inputs = { "amount" },
END2
  for i in $(seq 250); do echo "  { \"$i\", $i },"; done
  echo '}'
  echo 'derive "uses_long" { "long + recent" }'
} >rules/forms/steps.lua
assay "a pack with every form of step" 0 docs forms --as-of "$AS_OF" --output -
cp out forms.html
says "when it runs, in words" out 'nightly: each day at 02:30 (Europe/Berlin)<br>odd: by cron <code>0 9 13 * FRI</code> (+01:00)'
says "working days, intervals" out 'close: on the last working day of each month at 18:00 (+01:00)<br>hourly: every 1h (+01:00)'
holds "makes a whole page" look forms.html
says "names are escaped" out 'Forms &amp; &lt;Sons&gt;'
says "so are remarks" out '&quot;very&quot; important'
says "so are notes" out '&lt;small&gt; &amp; cheap'
says "and the lines of a function" out 'return 0 end -- &lt; &amp; &gt;'
says "an interval is told in words" out '≥ 1,000 <b>and</b> &lt; 5,000'
says "a scorecard tells what it can give" out 'Possible: <span class="f">10'
says "a remark belongs to its step" out 'Of the <b>amount</b> alone.'
says "what a script is for stands above its steps" out '<p class="remark">What this script is for.</p>'
says "a version that is not in force says so" out 'not in force on 2025-09-26'
says "so does a row" out '<tr class="void"><td class="n off">1</td>'
says "a class that is held" out 'A class is held for 90 days before it gets better.'
says "parts of all customers" out 'cut into 5 parts of equal size: 5 is the highest'
says "a total within a group" out 'over all customers of the same'
says "the first touch" out '8 hours of opening hours'
says "quiet hours" out 'Quiet hours 21:00 to 09:00: moved back'
says "load smoothing" out 'At most 20 follow-ups a day for each'
says "a step of a limit" out 'above <span class="f">last (limit)</span>'
says "what is silenced" out 'Then these are not shown: <a class="code" href="#code-CAP">CAP</a>'
says "an alert and its text" out 'It was <var>value</var>.'
says "reasons by points lost" out 'that cost the most points, at most 2.'
says "a long table is folded" out '<summary>50 further rows</summary>'
holds "and keeps all of its rows" test "$(grep -c '<td class="n off">' out)" = 253
says "a pack without tests says so" out 'There are no tests'
assay "as of another day" 0 docs forms --as-of 2025-02-01T12:00:00+01:00 --output -
silent "the row is in force" out '<tr class="void"><td class="n off">1</td><td><span class="f">&gt; 100'

# ---- tests that do not hold, parameters
cp -r "$MINI" rules/mini
cat >rules/mini/tests.lua <<'END2'
as_of "2025-09-26T15:00:00+08:00"
example "wrong & so" { given = { amount = 9000, kind = "good" }, expect = { grade = "B" } }
examples "more" { given = { kind = "good", name = "x" }, inputs = { "amount" }, outputs = { "grade" }, { 1000, "A" }, { 999.99, "B" } }
END2
assay "a test that does not hold" 0 docs mini --as-of "$AS_OF" --param big=7000 --output -
says "is told as such" out '<span class="bad">fails</span>'
says "with its name" out 'wrong &amp; so'
says "the others hold" out '<span class="good">holds</span>'
says "what all rows are given stands once" out '<tr class="group"><th scope="colgroup" colspan="4">more<small>'
says "a parameter has the value of the run" out '<td><span class="f">7,000'
says "what is not covered is listed" out '<p>Never taken</p>'

# ---- what goes wrong
assay "a pack that is not there" 7 docs fromage
says "names it" err "fromage"
assay "a page that cannot be written" 2 docs forms --output /no/such/folder/page.html
says "names the file" err "/no/such/folder/page.html cannot be written"
assay "another language" 2 docs forms --lang fr
says "says which there are" err "en|zh"
assay "a parameter that is none" 2 docs forms --param bog=1 --output -
says "says so" err "bog"
echo 'derive "x" { "nothing + 1" }' >>rules/forms/steps.lua
assay "a pack with a mistake" 3 docs forms --output never.html
says "is told where it is" err "steps.lua:"
holds "and no page is written" test ! -e never.html
"$ASSAY" docs "$ROOT/rules/b2b-software" --output - >/dev/full 2>"$T/err"
holds "a full device ends with 70" test $? = 70
assay "the page has a name of its own" 0 docs "$ROOT/rules/b2b-software"
holds "and stands in this folder" test -s b2b-software-policy.html
