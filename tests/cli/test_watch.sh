#!/bin/bash
# watch: alerts when an output changes against the last published decision.
# shellcheck source=tests/cli/lib.sh
. "$(dirname "$0")/lib.sh"
export ASSAY_DB=$T/watch.db
WATCHED=$ROOT/tests/cli/packs/watched
cat >before.csv <<'END'
id,score,sales,exposure,late
A,90,120000,5000,0
B,70,120000,9000,0
C,55,120000,9500,10
D,70,120000,9000,0
E,85,12000,500,0
END
cat >after.csv <<'END'
id,score,sales,exposure,late
A,70,96000,5000,0
B,70,95999.99,9000,1
C,85,240000,9500,100
D,,120000,9001,
E,85,25200,500,0
F,10,1200,5000,99
END
assay "a first run" 0 run "$WATCHED" --source path="$T/before.csv" --as-of "$AS_OF"
says "has the section" out "Alerts"
says "and nothing in it" out "Nothing changed in a way that is watched."
assay "list" 0 list watched --format csv
holds "has no alerts" test -z "$(sed 1d out | cut -d, -f7 | tr -d '\n')"
assay "a second run" 0 run "$WATCHED" --source path="$T/after.csv" --as-of "$AS_OF"
cat >expected <<'END'
id,class,credit_limit,utilisation,hold,lateness,alerts
A,R2,8000.00,62.50,false,fine,DOWNGRADED:R1
B,R2,7900.00,113.92,true,late,LATER:fine|LIMIT_CUT:10000.00|ON_HOLD:false|UTIL_90:90.00
C,R3,20000.00,47.50,false,bad,LATER:late|LIMIT_UP:10000.00|CALMER:95.00|ANY:85.00
D,,10000.00,90.01,false,,UTIL_90:90.00
E,R1,2100.00,23.81,false,fine,LIMIT_UP:1000.00|CALMER:50.00
F,R3,100.00,5000.00,true,bad,
END
assay "list" 0 list watched --format csv
same "tells what changed, and what it was" out expected
assay "show" 0 show watched A
says "has the text and the severity" out "DOWNGRADED:R1  Fell from R1 to R2. [critical]"
assay "show in Chinese" 0 show watched A --lang zh
says "is in Chinese" out "风险等级由R1降至R2。 [严重]"
assay "show --json" 0 show watched A --json
says "has the severity" out '"severity":"critical"'
assay "report" 0 report watched
says "counts them" out "critical  DOWNGRADED       1  Fell from … to …. — A"
holds "the gravest first" sh -c "grep -E '^  (critical|warning|info)' '$T/out' | awk '{print \$1}' | tr '\n' ' ' | grep -qx 'critical critical warning warning warning warning info info '"
if command -v sqlite3 >/dev/null; then
  sqlite3 "$ASSAY_DB" "SELECT id, severity, code, value FROM current_watched_alerts WHERE severity = 'critical' ORDER BY id" >out
  printf 'A|critical|DOWNGRADED|R1\nB|critical|ON_HOLD|false\n' >expected
  same "the view has them with their severity" out expected
fi
