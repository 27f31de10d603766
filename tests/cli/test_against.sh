#!/bin/bash
# run --dry-run --against: what a change would do before it counts.
# shellcheck source=tests/cli/lib.sh
. "$(dirname "$0")/lib.sh"
export ASSAY_DB=$T/against.db
cp -r "$MINI" mini
cat >source.csv <<'END'
id,name,amount,kind
M1,张伟,1500.00,good
M2,"Smith, Ann",250.00,bad
M3,,,
M4,Big One,9000.00,good
M5,minus,-3.00,good
M6,boom,50.00,good
END
try() { # name status arguments...
  local name=$1 status=$2
  shift 2
  assay "$name" "$status" run mini --source path="$T/source.csv" --as-of "$AS_OF" --quiet "$@"
}
try "against nothing" 7 --against current
says "says so" err "no such database"
try "the run that is current" 1
try "the same again" 1 --against current
says "changes nothing" out "Nothing would change."
says "names the run" out "against run 1"
says "counts the customers" out "5 customers in both, 0 of them decided otherwise"

sed -i 's/">= 1000", "good", "A"/">= 2000", "good", "A"/; s/round_down(10)/round_down(100)/' mini/rules.lua
sed -i 's/if c.name == "boom" then/if c.name == "Big One" then/' mini/rules.lua
try "changed rules" 1 --against current
says "says how many are decided otherwise" out "4 of them decided otherwise"
holds "has the matrix" grep -qE '^  A +· +1 ' out
says "has the limits" out "10,750.00 → 1,700.00 (-9,050.00)"
says "says who is lowered" out "2 lowered by 9,050.00"
says "has the rule errors" out "Rule errors: 1 new, 1 gone"
says "names the first" out "M4: RULE_ERROR in touchy"
says "has the rejects" out "Rejected: 1 before, 1 after"
says "names who moves" out "M1  grade A → B"
says "and by which step" out "grade A → B  row 1 -> row 2  rules.lua:1"
says "or only in the limit" out "M2  credit_limit 250.00 → 200.00"
says "by the step with file and line" out "credit_limit 250.00 → 200.00  rules.lua:16"
holds "publishes nothing" test "$("$ASSAY" list mini --format csv | grep -c M1,A)" = 1
try "in Chinese" 1 --against current --lang zh
says "is in Chinese" out "谁会变动，因哪一步"
try "as JSON" 1 --against current --json
says "is an event" out '{"event":"comparison","against":1,'
says "has the moves" out '{"before":"A","after":"B","customers":1}'
says "and the movers" out '{"customer":"M1","class_before":"A","class_after":"B"'
try "a part" 0 --against current --limit 1
says "leaves the others out" out "1 customers in both, 1 of them decided otherwise"
silent "and says nothing of them" out "would have none"

sed -i 's/250.00,bad/350.00,bad/; /^M3/d' source.csv
try "other records as well" 1 --against 1
says "says what of the record differs" out "the record itself: amount: 250.00 -> 350.00"
says "and who is gone" out "1 had a decision and would have none"
try "against a run that is not there" 7 --against 9
says "says which are" err "there are: 1"
try "against something else" 2 --against yesterday
says "says what was expected" err "expected current, or the number of a stored run"
