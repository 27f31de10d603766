#!/bin/bash
# explain: a decision from record to outcome, from the store alone.
# shellcheck source=tests/cli/lib.sh
. "$(dirname "$0")/lib.sh"
export ASSAY_DB=$T/explain.db
cp -r "$LEADS" leads
assay "the sample of real-estate-leads" 0 run leads --as-of "$AS_OF"
rm -r leads # neither rules nor source are needed

# ---- the worked examples of the reference packs: each figure that their text gives
shows() { # customer figures...
  local customer=$1 figure
  shift
  assay "explain $customer" 0 explain leads "$customer"
  says "$customer came out again" out "the archived rules give the stored decision again"
  for figure; do says "$customer shows $figure" out "$figure"; done
}
shows D1 "score 93.25" "priority P1" "urgency eager" "next_follow_up 2025-09-27" \
  "credit_limit 3,000,000.00" "hold_hours 72"
says "the condition with the record's values in it" out \
  "expected_purchase <= add_months(today, 1): 2025-10-15 <= 2025-10-26"
says "points and weight" out "100 × 30  30.00"
says "a ratio from its parts" out "budget / unit_price: 3,200,000.00 / 3,000,000.00"
says "the interval from its start" out "2 days after 2025-09-25 11:00"
says "file and line" out "classification.lua:"
shows D2 "score 54.50" "priority P2" "urgency hopeful" "next_follow_up 2025-09-29" \
  "credit_limit 0.00" "HOLD_NEEDS_P1"
says "a code is led back to what gave it" out "given by hold"
shows D3 "score 14.00" "priority P3" "urgency wait_and_see" "next_follow_up 2025-10-10" \
  "credit_limit 0.00" "REASSESS"
too_wide=$(while IFS= read -r line; do [ ${#line} -le 100 ] || echo "$line"; done <out)
holds "no line is wider than 100 columns" test -z "$too_wide"
silent "no colour away from a terminal" out $'\x1b'

assay "in Chinese" 0 explain leads D1 --lang zh
says "says so" out "按存档规则重算，与保存的决定完全一致"
assay "as JSON" 0 explain leads D1 --format json
says "knows the run" out '"run":1,"identical":true'
says "has kinds" out '"kind":"characteristic","name":"urgency","value":"eager"'
if command -v sqlite3 >/dev/null; then
  holds "is valid" test "$(sqlite3 :memory: "SELECT json_valid(readfile('$T/out'))")" = 1
fi
assay "as HTML" 0 explain leads D2 --format html
says "is a page" out '<!doctype html>'
says "escapes what it shows" out '<code>budget / unit_price</code>'
silent "loads nothing" out 'http'

assay "a customer who is not there" 7 explain leads D9999
says "is told so" err "knows no customer D9999"
assay "a run that is not there" 7 explain leads D1 --run 7
assay "a pack that is not there" 7 explain laeds D1
says "is told what was meant" err "leads"

# ---- a failed rule, a changed decision
cat >source.csv <<'END'
id,name,amount,kind
M10,boom,5.00,good
M1,张伟,1500.00,good
END
assay "a run with a failed rule" 1 run "$MINI" --source path="$T/source.csv" --as-of "$AS_OF"
assay "explained" 0 explain mini M10
says "says what failed" out "RULE_ERROR: "
says "and what was decided above it" out "grade C"
assay "a Lua rule" 0 explain mini M1
says "is said to decide by itself" out "a Lua function decides"
if command -v sqlite3 >/dev/null; then
  sqlite3 explain.db "UPDATE decision_2 SET grade = 'C' WHERE key = 'M1'"
  assay "a decision that was changed" 1 explain mini M1
  says "is told" out "NOT the stored decision (stored != again): grade: C != A"
fi
