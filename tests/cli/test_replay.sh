#!/bin/bash
# replay: stored decisions again, from the store alone.
# shellcheck source=tests/cli/lib.sh
. "$(dirname "$0")/lib.sh"
export ASSAY_DB=$T/replay.db
cp -r "$MINI" mini
cat >source.csv <<'END'
id,name,amount,kind
M2,"Smith, Ann",250.00,bad
M10,boom,5.00,good
M1,张伟,1500.00,good
M4,Big One,9000.00,good
M3,,,
M5,minus,-3.00,good
END
assay "a run to replay" 1 run mini --source path="$T/source.csv" --as-of "$AS_OF" --param big=8000

assay "replayed" 0 replay mini
says "is identical, also where a rule failed" out "run 1 of mini: all 5 decisions are identical"
sed -i 's/">= 1000", "good", "A"/">= 2000", "good", "A"/' mini/rules.lua
rm source.csv
assay "replayed with other rules in the folder, and no source" 0 replay mini
says "is identical: the archived rules count" out "all 5 decisions are identical"

cat >other.csv <<'END'
id,name,amount,kind
M1,张伟,1500.00,good
END
assay "a second run with the new rules" 0 run mini --source path="$T/other.csv" --as-of "$AS_OF" --allow-shrink
assay "the published run replayed" 0 replay mini
says "is the second" out "run 2 of mini: all 1 decisions are identical"
assay "the first one, still stored" 0 replay mini --run 1
says "has the first one's rules and parameters" out "run 1 of mini: all 5 decisions are identical"
assay "a run that is not there" 7 replay mini --run 9
says "is told which are" err "there are: 1, 2"

if command -v sqlite3 >/dev/null; then
  sqlite3 replay.db "UPDATE decision_1 SET grade = 'A', credit_limit = 100000 WHERE key = 'M2'"
  assay "a decision that was changed" 1 replay mini --run 1
  says "is told, output by output" out "M2  grade: stored A, again B"
  says "with both values" out "M2  credit_limit: stored 1000.00, again 250.00"
  says "and counted" out "1 of 5 decisions differ, 4 are identical"
  assay "the same as JSON" 1 replay mini --run 1 --json
  says "is an object a difference" out '{"customer":"M2","output":"grade","stored":"A","again":"B"}'
  says "and one of counts" out '{"run":1,"decisions":5,"identical":4,"different":1}'
  sqlite3 replay.db "UPDATE outcome_1 SET message = 'something else' WHERE key = 'M10'"
  assay "a rule that failed otherwise" 1 replay mini --run 1
  says "is a difference" out "M10  status: stored RULE_ERROR touchy"
  sqlite3 replay.db "UPDATE pack_archive SET content = CAST(replace(content, '1000', '1001') AS BLOB) WHERE name = 'rules.lua'"
  assay "an archive that was changed" 5 replay mini --run 1
  says "is damaged" err "are damaged: their hash is"
  sqlite3 replay.db "UPDATE pack_archive SET content = x'78' WHERE name = 'rules.lua'"
  assay "rules that do not load" 5 replay mini --run 1
  says "say why" err "no longer load with this program"
  sqlite3 replay.db "DELETE FROM pack_archive"
  assay "no archive" 5 replay mini --run 1
  says "is said" err "are not in the archive"
fi
