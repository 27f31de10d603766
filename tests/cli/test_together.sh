#!/bin/bash
# What needs more than one record: totals, quantiles, the last decision, load; over several runs.
# shellcheck source=tests/cli/lib.sh
. "$(dirname "$0")/lib.sh"
TOGETHER=$ROOT/tests/cli/packs/together

people() { # n file: half of them ann's
  awk -v n="$1" 'BEGIN { print "id,owner,ar,last"
    for (i = 1; i <= n; i++) printf "K%05d,%s,%d.00,2025-09-%02d\n", i, i % 2 ? "ann" : "bob", i, i % 20 + 1 }' >"$2"
}

# ---- the first run
mkdir data
people 8 data/customers.csv
assay "check" 0 check "$TOGETHER"
assay "try without a run" 7 try "$TOGETHER" --as-of "$AS_OF" --set ar=5 --set owner=ann
says "says which step it lacks" err 'the parameter "total_ar"'
says "and what to do" err "assay run"
assay "a first run" 0 run "$TOGETHER" --data data --as-of "$AS_OF"
assay "its decisions" 0 list together --format csv
cat >expected.csv <<'END'
id,share,part,class,class_since,credit_limit,next_follow_up,reasons
K00001,2.78,1,C,2025-09-26,1.00,2025-09-29T18:00:00+08:00,MOVED
K00002,5.56,1,C,2025-09-26,2.00,2025-09-29T18:00:00+08:00,MOVED
K00003,8.33,2,B,2025-09-26,3.00,2025-09-29T18:00:00+08:00,MOVED
K00004,11.11,2,B,2025-09-26,4.00,2025-09-29T18:00:00+08:00,MOVED
K00005,13.89,3,B,2025-09-26,5.00,2025-09-26T18:00:00+08:00,
K00006,16.67,3,B,2025-09-26,6.00,2025-09-26T18:00:00+08:00,
K00007,19.44,4,A,2025-09-26,7.00,2025-09-26T18:00:00+08:00,
K00008,22.22,4,A,2025-09-26,8.00,2025-09-26T18:00:00+08:00,
END
same "are as a person works them out" out expected.csv
assay "replay" 0 replay together
says "gives the same" out "all 8 decisions are identical"
assay "explain" 0 explain together K00006
says "says of whom a total is" out "the sum of ar, 8 customers of the run"
says "and where the customer stands" out "part 3 of 4 from the lowest, above 4.00, up to 6.00"
assay "try" 0 try "$TOGETHER" --as-of "$AS_OF" --set ar=5 --set owner=ann
says "takes the totals of the run" out "13.89"
assay "try with a total that is given" 0 try "$TOGETHER" --as-of "$AS_OF" --set ar=5 --set owner=ann --param total_ar=10 --param "part=1, 2, 3"
says "takes that" out "50.0"
says "and the part among the cuts" out "part            4"

# ---- a second run looks back
sed 's/^K00008,bob,8.00/K00008,bob,0.50/; s/^K00001,ann,1.00/K00001,ann,100.00/; s/^K00003,ann,3.00/K00003,ann,much/' data/customers.csv >next.csv
mv next.csv data/customers.csv
assay "a second run" 1 run "$TOGETHER" --data data --as-of 2025-10-10T15:00:00+08:00
assay "list" 0 list together --format csv
says "a class is held before it gets better, and a limit rises by a quarter" out "K00001,80.32,3,C,2025-09-26,1.00,"
says "with the reasons" out "HELD|STEP_UP"
says "a class gets worse by one at a time" out "K00008,0.40,1,B,2025-10-10,0.00,"
says "who was refused is in no total" out "K00007,5.62,"
assay "a dry run" 1 run "$TOGETHER" --data data --as-of 2025-10-10T15:00:00+08:00 --limit 4
silent "looks back, too, and publishes nothing" err "error"
assay "a third run" 1 run "$TOGETHER" --data data --as-of 2025-11-20T15:00:00+08:00
assay "list" 0 list together --format csv
says "after 30 days the class gets better" out "K00001,80.32,3,B,2025-11-20,1.00,"
sed -i 's/^K00003,ann,much/K00003,ann,500.00/' data/customers.csv
assay "a fourth run" 0 run "$TOGETHER" --data data --as-of 2025-11-21T15:00:00+08:00
assay "list" 0 list together --format csv
says "and has lost neither his limit nor since when his class was held" out "K00003,80.06,4,A,2025-11-21,3.00,"

# ---- killed at any moment, on any number of threads
people 60000 data/customers.csv
"$ASSAY" run "$TOGETHER" --data data --as-of "$AS_OF" --db one.db --threads 1 --quiet >/dev/null 2>&1
"$ASSAY" run "$TOGETHER" --data data --as-of "$AS_OF" --db eight.db --threads 8 --quiet >/dev/null 2>&1
"$ASSAY" list together --db one.db --format csv >one.csv
"$ASSAY" list together --db eight.db --format csv >eight.csv
same "one thread and eight give the same" one.csv eight.csv
cp one.db killed.db
for wait in 0.05 0.1 0.15 0.2 0.3; do
  { timeout -s KILL "$wait" "$ASSAY" run "$TOGETHER" --data data --as-of 2025-12-01T15:00:00+08:00 --db killed.db --quiet; } >/dev/null 2>&1
  "$ASSAY" list together --db killed.db --format csv >killed.csv
  grep -q 2025-12 killed.csv || same "killed after $wait s: the last run stands" killed.csv one.csv
done
holds "nothing is left in TMPDIR" test -z "$(find "${TMPDIR:-/tmp}" -maxdepth 1 -name 'assay-[A-Za-z0-9]*' -newer one.csv -user "$(id -u)" -type f 2>/dev/null)"
