#!/bin/bash
# list, show, report, rejects, check, plugins: what they print.
# shellcheck source=tests/cli/lib.sh
. "$(dirname "$0")/lib.sh"
export ASSAY_DB=$T/look.db
cat >source.csv <<'END'
id,name,amount,kind
M2,"Smith, Ann",250.00,bad
M10,boom,5.00,good
m1,zz,1.00,bad
M1,张伟,1500.00,good
M4,Big One,9000.00,good
M3,,,
M5,minus,-3.00,good
END
assay "a run to look at" 1 run "$MINI" --source path="$T/source.csv" --as-of "$AS_OF"

# ---- list
assay "list as CSV" 0 list mini --format csv
cat >expected <<'END'
id,grade,next_follow_up,credit_limit,touchy,warnings
M1,A,2025-09-27T18:00:00+08:00,1500.00,1,
M10,,,,,
M2,B,2025-09-27T18:00:00+08:00,250.00,1,
M3,C,2025-09-27T18:00:00+08:00,,1,
M4,A,2025-09-27T18:00:00+08:00,9000.00,1,BIG:9000.00
m1,C,2025-09-27T18:00:00+08:00,0.00,1,
END
same "is the key and every output, by key as bytes" out expected
assay "list sorted downwards" 0 list mini --format csv --sort -credit_limit
holds "the missing last" test "$(sed 1d out | cut -d, -f1 | tr '\n' ' ')" = "M4 M1 M2 m1 M10 M3 "
assay "list --limit" 0 list mini --format csv --sort credit_limit --limit 2
holds "takes two" test "$(wc -l <out)" = 3
rows() { # name expected-keys conditions...
  local name=$1 keys=$2 where=()
  shift 2
  for c; do where+=(--where "$c"); done
  "$ASSAY" list mini --format csv "${where[@]}" >out 2>err
  if [ "$(sed 1d out | cut -d, -f1 | tr '\n' ' ')" = "$keys" ]; then ok "$name"; else not_ok "$name" "$(cat out err)"; fi
}
rows "where a word" "M1 M4 " grade=A
rows "where not a word" "M2 M3 m1 " grade!=A
rows "where a word or a later one" "M2 M3 m1 " 'grade>=B'
rows "where money" "M1 M4 " 'credit_limit>=1500.00'
rows "where less" "m1 " 'credit_limit<250'
rows "where missing" "M10 M3 " credit_limit=
rows "where a code" "M4 " warnings=BIG
rows "where the key" "M2 " id=M2
rows "where the status" "M10 " status=error
rows "where several" "M1 " grade=A 'credit_limit<5000.00'
rows "where a moment" "" 'next_follow_up<2025-09-27'
assay "where without a value" 2 list mini --where grade
says "says what it expects" err "NAME=VALUE"
assay "where an unknown column" 2 list mini --where grad=A
says "is told what was meant" err "grade"
assay "where an unknown word" 2 list mini --where grade=Z
assay "where a wrong value" 2 list mini --where credit_limit=much
assay "sorted by an unknown column" 2 list mini --sort limit
assay "list as JSON lines" 0 list mini --format jsonl --where warnings=BIG
says "is one object" out '{"id":"M4","status":"graded","grade":"A","next_follow_up":"2025-09-27T18:00:00+08:00","credit_limit":9000.00,"touchy":1,"warnings":["BIG:9000.00"]}'
assay "list as a table" 0 list mini
says "has the columns" out "credit_limit"
says "and the status, since one failed" out "error"
"$ASSAY" list mini --format csv >/dev/full 2>err
holds "a full device is an error" test $? = 70

# ---- show
assay "show" 0 show mini M4
says "the output" out "9,000.00"
says "the code" out "BIG:9000.00"
says "its text" out "a large customer"
says "what it was made of" out "Big One"
assay "show --json" 0 show mini M1 --json
holds "is JSON" python3 -c 'import json,sys; d = json.load(open(sys.argv[1])); assert d["id"] == "M1" and d["outputs"]["credit_limit"] == 1500 and d["inputs"]["name"] == "张伟" and d["run"]["id"] and d["run"]["started"][10] == "T"' "$T/out"
assay "show a customer on whom a rule failed" 0 show mini M10
says "tells the rule" out "touchy"
says "the place" out "rules.lua:"
says "and what it said" out "told to fail"
assay "the same as JSON" 0 show mini M10 --json
holds "has the fault" python3 -c 'import json,sys; d = json.load(open(sys.argv[1])); assert d["status"] == "error" and d["outputs"] is None and d["outcomes"][0]["code"] == "RULE_ERROR"' "$T/out"
assay "show a refused record" 0 show mini M5
says "tells that it was refused" out "M5 was rejected"
says "and why" out "NEGATIVE:amount"
assay "the same as JSON" 0 show mini M5 --json
holds "has the reject" python3 -c 'import json,sys; d = json.load(open(sys.argv[1])); assert d["status"] == "rejected" and d["outcomes"][0]["position"] == 8' "$T/out"
assay "show nobody" 7 show mini M44
says "is told who may be meant" err "did you mean M4?"
assay "show a key that is not UTF-8" 7 show mini $'M\xff'
says "shows it" err '\xFF'
assay "show of no pack" 7 show maxi M1

# ---- report
assay "report" 0 report mini
says "the title" out "Mini"
says "the classes" out "█"
says "the sum of the limits" out "10,750.00"
says "what needs attention" out "a large customer — M4"
says "the refused" out "NEGATIVE:amount"
says "the failed" out "RULE_ERROR"
says "a decision" out "the highest limit"
says "what next" out "show mini M4"
silent "no colour in a file" out $'\x1b'
holds "no line over 100 columns" python3 -c '
import sys, unicodedata
for l in open(sys.argv[1], encoding="utf-8"):
    w = sum(2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in l.rstrip("\n"))
    assert w <= 100, l' "$T/out"
cp out one
assay "report again" 0 report mini
same "is the same" one out
assay "report --lang zh" 0 report mini --lang zh
says "the title in Chinese" out "迷你"
says "the headings in Chinese" out "今日跟进"
LC_ALL=zh_CN.UTF-8 "$ASSAY" report mini >out
says "LC_ALL chooses Chinese" out "今日跟进"
LC_ALL='' LC_MESSAGES='' LANG=zh_CN.UTF-8 "$ASSAY" report mini >out
says "LANG chooses Chinese" out "今日跟进"
if has_terminal; then
  script -qec "'$ASSAY' report mini" /dev/null >out </dev/null
  says "colour on a terminal" out $'\x1b['
  NO_COLOR=1 script -qec "'$ASSAY' report mini" /dev/null >out </dev/null
  silent "none with NO_COLOR" out $'\x1b['
  script -qec "'$ASSAY' run '$MINI' --db '$T/term.db' >/dev/null" /dev/null >out </dev/null
  holds "a run on a terminal ends without a stale line" sh -c "! tail -c 5 '$T/out' | grep -q records"
fi

# ---- rejects
assay "rejects as a table" 0 rejects mini
says "has the message" out "told to fail"
assay "rejects as JSON lines" 0 rejects mini --format jsonl
holds "are JSON" python3 -c 'import json,sys; assert [json.loads(l)["code"] for l in open(sys.argv[1])] == ["RULE_ERROR", "NEGATIVE:amount"]' "$T/out"
assay "rejects --limit" 0 rejects mini --format csv --limit 1
holds "takes one" test "$(wc -l <out)" = 2

# ---- check
assay "check" 0 check "$MINI"
says "tells the pack" out "mini: 4 fields"
assay "check of a broken pack" 3 check "$ROOT/tests/cli/packs/broken"
says "tells file and line" err "rules.lua:1"
assay "check of nothing" 7 check "$T/nothing"
cp -R "$MINI" odd && echo '"X",x' >>odd/reasons.en.csv && sed -i 's/"BIG" }/"BIG", "NOBODY" }/' odd/company.lua
assay "check of an odd pack" 1 check odd
says "tells the oddity" err "warning"
sed -i 's/path = "customers.csv"/pahth = "customers.csv"/' odd/company.lua
assay "check of a wrong source" 3 check odd
says "is told what was meant" err "path"

# ---- table
assay "table lists the tables" 0 table "$LEADS"
says "with policy and place" out "credit.lua"
assay "one table" 0 table "$LEADS" urgency
says "row by row" out "<= add_months(today, 3)"
assay "a table as CSV" 0 table "$LEADS" urgency --format csv
says "with types in its header" out "urgency: choice(eager, hopeful, wait_and_see)"
cp -r "$LEADS" moved
cp "$T/out" moved/urgency.csv
awk '/^decision_table "urgency"/ { skip = 1; print "decision_table \"urgency\" { file = \"urgency.csv\" }" }
  !skip { print } /^}/ { skip = 0 }' "$LEADS/classification.lua" >moved/classification.lua
assay "a table moved into a spreadsheet" 0 check moved
assay "and written again" 0 table moved urgency --format csv
same "is the same table" out moved/urgency.csv
assay "a table that is not there" 7 table "$LEADS" urgncy
says "is told what was meant" err "did you mean 'urgency'?"
assay "CSV of no table in particular" 2 table "$LEADS" --format csv

# ---- plugins
assay "plugins" 0 plugins
says "finds csv" out "csv "
says "with its options" out "encoding"
says "finds sqlite" out "sqlite "
mkdir bad && echo nonsense >bad/wrong.so
assay "a file that is no plugin" 4 plugins --plugin-path bad
says "is refused by name" err "wrong.so"
says "the others are listed" out "csv "
ASSAY_PLUGIN_PATH=$T/bad assay "ASSAY_PLUGIN_PATH" 4 plugins
says "is searched" err "wrong.so"

# ---- plugins test
so=$ROOT/${BUILD:-build}/plugins/csv.so
assay "plugins test" 0 plugins test "$so" --set path="$MINI/customers.csv"
says "says what was tested" out "ok - "
says "and how much" out ", 0 failed"
assay "plugins test with --data" 0 plugins test "$so" --set path=customers.csv --data "$MINI"
assay "plugins test of a file that is none" 4 plugins test bad/wrong.so
assay "plugins test without the options it needs" 2 plugins test "$so"
says "checks what it can" out ", 0 failed, the rest skipped"
says "says what it needs" err "give --set path=PATH"
assay "plugins test of nothing" 2 plugins test
assay "plugins with another word" 2 plugins tset "$so"

# ---- what a source may hold: the page is for a terminal, which must not obey it
printf 'id,name,amount,kind\nE\x1b[31m1,ev\x1b]0;x\x07il\tone,9000.00,good\nE2,,5.00,good\nB\x1b2,x,-1.00,good\n' >escapes.csv
cp -R "$MINI" named && sed -i 's/report {/report { name = "name",/' named/company.lua
assay "a run over escape sequences" 1 run named --source path="$T/escapes.csv" --as-of "$AS_OF" --db escapes.db
silent "the report of it has none" out $'\x1b'
silent "and no tab" out $'\t'
says "but shows them" out 'E\x1B[31m1 ev\x1B]0;x\x07il\x09one'
says "two are not called three" out "Decisions"
silent "indeed" out "Three decisions"
silent "a shell is not offered such a key" out "show named E"$'\x1b'
assay "show one of them" 0 show named $'E\x1b[31m1' --db escapes.db
silent "without obeying" out $'\x1b'
says "with key and name in its head" out 'E\x1B[31m1 ev\x1B]0;x\x07il\x09one  named'
assay "show the refused one" 0 show named $'B\x1b2' --db escapes.db
silent "without obeying, too" out $'\x1b'
assay "show --lang zh" 0 show mini M4 --lang zh
says "is in Chinese" out "依据的数据 (行 6)"
assay "show --lang zh of a failed rule" 0 show mini M10 --lang zh
says "is in Chinese" out "该客户的一条规则出错"
assay "show --lang zh of a refused record" 0 show mini M5 --lang zh
says "is in Chinese" out "M5 被拒收"

# ---- the follow-ups are ordered over all customers, not over the first that come
awk 'BEGIN { print "id,name,amount,kind"; for (i = 1; i <= 10500; i++) printf "F%05d,n,%s,good\n", i, (i > 10490 ? i "0.00" : "1.00") }' >due.csv
cp -R "$MINI" due && sed -i 's/"1", unit = "days"/"0", unit = "days"/' due/rules.lua
assay "a run with many due" 0 run due --source path="$T/due.csv" --as-of 2025-09-26T09:00:00+08:00 --db due.db
says "counts them all" out "10,500 due"
holds "the best class and the highest limit come first" sh -c "grep -A1 follow-ups '$T/out' | grep -q 'F10500.* A'"
holds "ten of them" test "$(grep -c '^  2025-09-26 .*F10.* A' out)" = 10
silent "no blank that copies as another" out $'\u00a0'
assay "list by two outputs" 0 list due --db due.db --sort grade,-credit_limit --limit 1 --format csv
says "takes both" out "F10500,A"

# ---- a list on a terminal is as wide as it
if has_terminal; then
  awk 'BEGIN { print "id,name,amount,kind"; for (i = 1; i <= 9; i++) printf "W%d,n,9876543.00,good\n", i }' >wide.csv
  "$ASSAY" run "$MINI" --source path="$T/wide.csv" --as-of "$AS_OF" --db wide.db --quiet >/dev/null
  script -qec "stty cols 60; '$ASSAY' list mini --db wide.db" /dev/null 2>&1 </dev/null | tr -d '\r' >out
  says "amounts have separators there" out "9,876,540.00"
  says "moments are short" out "2025-09-27 18:00"
  says "lists of codes are cut" out "BIG:9876…"
  holds "no line is wider" awk '{ gsub(/\x1b\[[0-9]*m/, ""); gsub(/…/, "."); if (length($0) > 60) bad = 1 } END { exit bad }' out
  "$ASSAY" list mini --db wide.db >out
  says "elsewhere all stands as in the pack" out "9876540.00"
  says "and whole" out "BIG:9876543.00"
fi

# ---- texts of reason codes, with what they are about filled in
cp -R "$MINI" told
printf 'code,text\nBIG,"Worth {value}: a limit of {credit_limit}, grade {grade}."\n' >told/reasons.en.csv
printf 'code,text\nBIG,数额{value}，额度{credit_limit}。\n' >told/reasons.zh.csv
assay "a run with texts" 1 run told --source path="$T/source.csv" --as-of "$AS_OF" --db told.db
assay "show fills in the value and the outputs" 0 show told M4 --db told.db
says "as amounts for people" out "Worth 9000.00: a limit of 9,000.00, grade A."
assay "show --json, too" 0 show told M4 --db told.db --json
says "fills them in" out '"text":"Worth 9000.00: a limit of 9,000.00, grade A."'
assay "list keeps the codes" 0 list told --db told.db --format csv --where warnings=BIG
says "as they are" out "BIG:9000.00"
assay "list --lang en" 0 list told --db told.db --format csv --where warnings=BIG --lang en
says "shows the text" out '"Worth 9000.00: a limit of 9,000.00, grade A."'
assay "list --lang zh" 0 list told --db told.db --format csv --where warnings=BIG --lang zh
says "in the language" out "数额9000.00，额度9,000.00。"
assay "report --lang zh" 0 report told --db told.db --lang zh
says "fills in the decision's own" out "数额9000.00，额度9,000.00。"
says "and leaves open what differs from customer to customer" out "数额…，额度…。"
