#!/bin/bash
# explain: a decision from record to outcome, from the store alone.
# shellcheck source=tests/cli/lib.sh
. "$(dirname "$0")/lib.sh"
export ASSAY_DB=$T/explain.db
cp -r "$LEADS" leads
assay "the sample of real-estate-leads" 0 run leads --as-of "$AS_OF"
cp -r "$ROOT"/rules/{b2b-software,distributor-credit,ecommerce-rfm} .
for pack in b2b-software distributor-credit ecommerce-rfm; do
  assay "the sample of $pack" 0 run $pack --params $pack/params.csv
done
rm -r leads b2b-software distributor-credit ecommerce-rfm # neither rules nor source are needed

# ---- the worked examples of the reference packs: each figure that their text gives
shows() { # customer figures..., of $pack
  local customer=$1 figure
  shift
  assay "explain $customer" 0 explain "$pack" "$customer"
  says "$customer came out again" out "the archived rules give the stored decision again"
  for figure; do says "$customer shows $figure" out "$figure"; done
}
pack=b2b-software
shows A1 "engagement 70" "score 89.00" "band hot" "grade A" "next_follow_up 2025-09-26 18:00" \
  "credit_limit 120,000.00" "CLOSE_1M|SCORE_HOT|PAY_NO_HISTORY"
shows A2 "engagement 52.5" "score 55.50" "band cool" "grade B" "next_follow_up 2025-09-26 18:00" \
  "credit_limit 18,000.00" "CLOSE_3M|FIRST_QUOTE_24H|PAY_FAIR" "within 24h of first_quote_at"
shows A3 "engagement 0.5" "score 12.60" "band cold" "grade D" "next_follow_up 2025-09-30 18:00" \
  "credit_limit 0.00" "D_NO_FOLLOWUP|CLOSE_UNKNOWN|SCORE_COLD|LIMIT_PREPAY"
shows A4 "engagement 100" "score 97.00" "band hot" "grade C" "grade B" \
  "next_follow_up 2025-09-26 18:00" "credit_limit 90,000.00" "CLOSE_6M|SCORE_HOT|GRADE_UP"
pack=distributor-credit
shows B1 "score 100.00" "risk_class R1" "exposure 650,000.00" "utilisation 72.22" \
  "credit_limit 900,000.00" "next_follow_up 2025-10-16" "review_on 2026-09-26" BASE_REFERENCE
shows B2 "score 49.75" "risk_class R4" "exposure 380,000.00" "utilisation 220.93" "172,800.00" \
  "credit_limit 172,000.00" "UTIL_OVER|OD_30" "next_follow_up 2025-09-28" "review_on 2025-10-26" \
  "OD_SHARE:23.53|DBT_UP:12.00|SURGE:2.17"
shows B3 "score 6.50" "risk_class R5" "exposure 200,000.00" "utilisation 250.00" \
  "credit_limit 80,000.00" "UTIL_OVER|OD_30|CLASS_R5" "terms PREPAY" "next_follow_up 2025-09-26" \
  "review_on 2025-10-03" "OD_SHARE:90.00|DBT_UP:25.00|DROP:0.11"
pack=ecommerce-rfm
shows C1 "r 5" "f 5" "m 5" "score 100.00" "segment champions" "lifecycle active" "tier diamond" \
  "next_follow_up 2025-09-29" "credit_limit 2,100.00"
shows C2 "r 1" "f 4" "m 4" "score 56.00" "segment at_risk" "lifecycle dormant" "tier silver" \
  "2025-09-25 21:00" "next_follow_up 2025-09-26" "225.00" "credit_limit 200.00" CAD_OVERDUE
shows C3 "r 5" "f 1" "m 2" "score 58.00" "segment new" "lifecycle new" "tier silver" \
  "next_follow_up 2025-09-27" "credit_limit 0.00" TENURE_SHORT
pack=leads
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

# ---- why not
assay "why not another class" 0 explain leads D2 --why-not priority=P1
says "says what is lacking" out "score is 54.50, at least 75.00 is needed: 20.50 short"
says "and what would bring it" out "financing from in_process to cash gives +9.00: not enough alone"
assay "why not another row" 0 explain leads D2 --why-not urgency=eager
says "says by how many days" out "expected_purchase is 2025-12-20, at most 2025-10-26 is needed: 55 days too much"
assay "why not a code" 0 explain leads D2 --why-not reasons=HOLD_IMPORTANT
says "leads to what gives it" out "hold: row 2 of 6"
says "and further" out "strategic is false, true is needed"
assay "why not what it is" 0 explain leads D2 --why-not priority=P2
says "says so" out "priority is P2"
assay "why not as JSON" 0 explain leads D2 --why-not priority=P1 --format json
says "has the gap" out '"kind":"need","name":"score","value":"54.50"'
assay "why not a word that there is not" 2 explain leads D2 --why-not priority=P9
says "is told what was meant" err 'did you mean "P1"?'

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
  sqlite3 explain.db "UPDATE decision_5 SET grade = 'C' WHERE key = 'M1'"
  assay "a decision that was changed" 1 explain mini M1
  says "is told" out "NOT the stored decision (stored != again): grade: C != A"
fi
