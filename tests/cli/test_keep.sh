#!/bin/bash
# Keeping a database: backup, prune, doctor.
# shellcheck source=tests/cli/lib.sh
. "$(dirname "$0")/lib.sh"
export TMPDIR=$T

customers 3000 customers.csv
cp -R "$MINI" mini
assay "a run" 0 run mini --source path="$T/customers.csv" --quiet

# ---- backup ----
assay "backup" 0 backup copy.db
says "tells what is in it" out "1 pack, the decisions of 1 run; checked"
assay "the copy is a database" 0 list mini --db copy.db --format csv
mv out copied 2>/dev/null || cp "$T/out" copied
assay "the original" 0 list mini --format csv
same "both have the same decisions" copied "$T/out"
rm -f copy.db-wal copy.db-shm
assay "replay from the copy" 0 replay mini --db copy.db
rm -f copy.db-wal copy.db-shm
assay "over an older backup" 0 backup copy.db
assay "over the database itself" 2 backup assay.db
says "is refused" err "this is the database itself"
assay "over another file" 2 backup customers.csv
says "is refused" err "is left alone"
holds "and the file is whole" test "$(wc -l <customers.csv)" = 3001
assay "of a database that is not there" 7 backup x.db --db nowhere.db
assay "into a folder that is not there" 5 backup no/where/x.db
holds "no half copies lie about" sh -c '! ls ./*.partial'

# While another process writes all the time.
(while [ ! -e stop ]; do "$ASSAY" run mini --source path="$T/customers.csv" --quiet --keep 1 >/dev/null 2>&1; done) &
writer=$!
for i in 1 2 3 4 5; do
  assay "backup $i beside runs" 0 backup "busy$i.db"
  holds "is whole" test "$(sqlite3 "busy$i.db" 'PRAGMA integrity_check; SELECT count(*) FROM current_mini')" = "ok
3000"
done
touch stop
wait "$writer"

# ---- prune ----
assay "prune without a time" 2 prune
says "says what to give" err "assay prune --keep 2y"
for wrong in 2 y 0d 2x 2Y -1d 99999999999d; do
  assay "prune --keep=$wrong" 2 prune "--keep=$wrong"
  says "says what was expected" err "2y, 18mo, 12w or 90d"
done
assay "prune where there is no database" 7 prune --keep 1d --db nowhere.db
holds "makes none" test ! -e nowhere.db
assay "prune" 0 prune --keep 2y
says "leaves what is young" out "nothing is that old"
assay "a second run" 0 run mini --source path="$T/customers.csv" --quiet --keep 5
assay "a third run" 0 run mini --source path="$T/customers.csv" --quiet --keep 5
sqlite3 assay.db "UPDATE run SET started_at = '2020-01-01T00:00:00+00:00', finished_at = '2020-01-01T00:01:00+00:00'
  WHERE run_id < (SELECT max(run_id) FROM run)"
before=$(sqlite3 assay.db 'SELECT count(*) FROM run')
assay "prune --dry-run" 0 prune --keep 2y --dry-run
says "says what would go" out "would forget"
says "run by run" out "ended 2020-01-01T00:01:00+00:00"
holds "and changes nothing" test "$(sqlite3 assay.db 'SELECT count(*) FROM run')" = "$before"
assay "prune" 0 prune --keep 2y
says "says what went" out "forgot"
holds "the published run stays, and the one that it replaced within the time" \
  test "$(sqlite3 assay.db 'SELECT group_concat(status) FROM run')" = superseded,published
assay "its decisions can be replayed" 0 replay mini
superseded=$(sqlite3 assay.db "SELECT run_id FROM run WHERE status = 'superseded'")
assay "those of the other too" 0 replay mini --run "$superseded"

# ---- doctor ----
chmod 600 assay.db
mkdir rules && mv mini rules/
sed -i "s|path = \"[^\"]*\"|path = \"$T/customers.csv\"|" rules/mini/company.lua
assay "doctor" 0 doctor
says "looks at the store" out "the database is whole"
says "at who has it" out "nobody has the database"
says "at the plugins" out "data source"
says "at the packs" out "rules/mini loads"
says "at the time zones" out "time zones: tzdata"
says "and sums up" out " 0 wrong"
assay "doctor --deep" 0 doctor --deep
says "reads the indexes" out "every page and index"
assay "doctor --json" 0 doctor --json
holds "each line is an object" /usr/bin/python3 -c 'import json, sys
for line in sys.stdin: assert {"area", "state", "what"} <= json.loads(line).keys()' <"$T/out"
chmod o+w rules/mini
assay "doctor of rules that everybody may change" 1 doctor
says "names the folder" out "rules/mini: everybody on this machine may change these rules"
chmod o-w rules/mini
echo 'company {' >rules/mini/company.lua
chmod 644 assay.db
assay "doctor of what is broken" 1 doctor
says "names the pack" out "rules/mini: "
says "and how to mend it" out "assay check"
says "warns of a database that others may read" out "chmod o= "
exec 9>assay.db.lock
echo "pid 4711, http://127.0.0.1:8088" >&9
flock 9
assay "doctor of a database in use" 1 doctor
says "says by whom" out "the database is in use: pid 4711"
exec 9>&-
head -c 8192 /dev/urandom >broken.db
assay "doctor of a file that is no database" 1 doctor --db broken.db
says "says so" out "this is not a database of assay"
assay "doctor without a database" 1 doctor --db none.db
says "says what makes one" out "the first \`assay run\` makes it"
