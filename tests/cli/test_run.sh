#!/bin/bash
# assay run: options, guards, messages, exit codes, and that nothing is left behind.
# shellcheck source=tests/cli/lib.sh
. "$(dirname "$0")/lib.sh"

# ---- a plain run
assay "a run" 0 run "$MINI" --as-of "$AS_OF"
says "tells the moment" err "as of $AS_OF"
says "prints the report" out "Mini"
says "with the classes" out "Classes"
holds "the store is assay.db" test -f assay.db
assay "the pack by its base name" 0 report mini
ASSAY_DB=$T/env.db assay "ASSAY_DB" 0 run "$MINI" --as-of "$AS_OF"
holds "names the store" test -f env.db
assay "--db wins" 0 run "$MINI" --as-of "$AS_OF" --db other.db
holds "over ASSAY_DB" test -f other.db
assay "a value behind =" 0 run "$MINI" --as-of="$AS_OF" --db=equal.db
holds "is taken" test -f equal.db
(cd "$MINI" && "$ASSAY" run . --db "$T/dot.db" --quiet >"$T/out" 2>"$T/err")
assay "a pack given as ." 0 report mini --db dot.db
(cd "$ROOT/tests/cli/packs/broken" && "$ASSAY" run . --db "$T/dot.db" >"$T/out" 2>"$T/err")
says "a broken one is told by its name" err "the pack broken has"
assay "a pack with a slash at its end" 0 run "$MINI/" --db slash.db
assay "is the same pack" 0 report mini --db slash.db

# ---- time
assay "without --as-of" 0 run "$MINI" --db now.db
says "the present is used, and told" err "as of $(TZ=UTC-8 date +%Y-%m-%dT)"
assay "a moment that is none" 2 run "$MINI" --as-of yesterday
says "says how it is written" err "2025-09-26T15:00:00+08:00"
printf 'name,value\nas_of,%s\nbig,1000\n' "$AS_OF" >params.csv
assay "--params" 0 run "$MINI" --params params.csv --db params.db
says "gives as_of" err "as of $AS_OF"
assay "its parameter" 0 list mini --db params.db --where warnings=BIG --format csv
says "is used" out "BIG:1500.00"
assay "--as-of and --param" 0 run "$MINI" --params params.csv --as-of 2024-01-01T00:00:00Z --param big=9000 --db params.db
says "win: the moment" err "as of 2024-01-01T08:00:00+08:00"
assay "list" 0 list mini --db params.db --where warnings=BIG --format csv
silent "win: the parameter" out "BIG:1500.00"
assay "--param as_of" 0 run "$MINI" --param as_of=2024-01-01T00:00:00Z --db params.db
says "is a moment, too" err "as of 2024-01-01T08:00:00+08:00"
assay "an unknown parameter" 2 run "$MINI" --param bigg=1
says "is told what was meant" err "big"
silent "not as a fault of the pack" err "company.lua"
assay "a parameter of the wrong type" 2 run "$MINI" --param big=much
says "names the option" err 'assay: --param big=much: parameter "big": the value "much" that was given is no money'
printf 'name,value\nbig,much\n' >much.csv
assay "the same from a file" 2 run "$MINI" --params much.csv
says "names its line" err "assay: much.csv:2: "
assay "check says the same" 2 check "$MINI" --param big=much
says "of the option" err "assay: --param big=much: "
"$ASSAY" run "$MINI" --kernels avx512 --db kernels.db --quiet >out 2>err
if [ $? = 2 ]; then says "kernels that this CPU has not are named by their option" err "assay: --kernels: this CPU has no kernels"; fi
assay "a parameter without =" 2 run "$MINI" --param big
assay "parameters that are not there" 2 run "$MINI" --params no.csv
says "names the file" err "no.csv"
printf 'nam,value\nbig,1\n' >bad.csv
assay "parameters without the header" 2 run "$MINI" --params bad.csv
says "names file and line" err "bad.csv:1"
printf 'name,value\nbig\n' >bad.csv
assay "a row without a value" 2 run "$MINI" --params bad.csv
says "names file and line, too" err "bad.csv:2"
printf '\xef\xbb\xbfname,value\r\n"big","1000"\r\n' >bom.csv
assay "parameters with BOM, CRLF and quotes" 0 run "$MINI" --params bom.csv --db bom.db

# ---- packs
assay "no such pack" 7 run "$T/nothing"
assay "no such base name" 7 run nothing
says "says where it looked" err "rules"
assay "an empty name" 7 run ""
assay "an empty path" 2 run "$MINI" --db ""
says "says so" err "--db: the path is empty"
assay "a broken pack" 3 run "$ROOT/tests/cli/packs/broken"
says "names file and line" err "rules.lua:1"
says "and what was meant" err "amount"
holds "and leaves no store" test ! -f broken.db

# ---- sources
assay "a source that is not there" 4 run "$MINI" --source path=none.csv --db s.db
says "names it" err "none.csv"
assay "an unknown setting" 2 run "$MINI" --source pahth=x --db s.db
says "is told what was meant" err 'did you mean "path"? It has'
assay "an unknown plugin" 4 run "$MINI" --source plugin=cvs --db s.db
says "is told what was meant" err "csv"
mkdir data && cp "$MINI/customers.csv" data/customers.csv
assay "--data" 0 run "$MINI" --data data --db data.db
assay "--data without the file" 4 run "$MINI" --data . --db data.db
printf 'id,name\nX1,x\n' >short.csv
assay "a column that is missing" 4 run "$MINI" --source path="$T/short.csv" --db s.db
says "is named" err "amount"
holds "every line says whose it is" test "$(grep -vc '^assay: ' err)" = 0
"$ASSAY" run "$MINI" --source path=- --as-of "$AS_OF" --db stdin.db --quiet <"$MINI/customers.csv" >"$T/out" 2>"$T/err"
holds "a source on standard input" test $? = 0
mkdir plugins-a && cp "$ROOT/${BUILD:-build}/plugins/csv.so" plugins-a/
assay "--plugin-path" 0 run "$MINI" --plugin-path plugins-a --db pp.db

# ---- rejects and rule errors
cat >mixed.csv <<'END'
id,name,amount,kind
A1,fine,100.00,good
A2,negative,-1.00,good
A3,word,1.00,goood
A4,boom,50.00,good
A1,again,100.00,good
A5,spin,10.00,good
A6,ragged
,nobody,1.00,bad
A7,letters,abc,bad
END
assay "rejects and rule errors" 1 run "$MINI" --source path="$T/mixed.csv" --as-of "$AS_OF" --db mixed.db
says "stand in the report" out "NEGATIVE:amount"
assay "--ok-rejects" 0 run "$MINI" --source path="$T/mixed.csv" --as-of "$AS_OF" --db mixed.db --ok-rejects
assay "rejects" 0 rejects mini --db mixed.db --format csv
says "has the header" out "kind,source,position,customer_id,code,field,rule,file,line,value,message"
cut -d, -f1,3-5 "$T/out" | sed 1d >codes
cat >expected <<'END'
reject,3,A2,NEGATIVE:amount
reject,4,A3,UNKNOWN_CHOICE:kind
rule_error,5,A4,RULE_ERROR
reject,6,A1,DUPLICATE_ID
rule_error,7,A5,RULE_BUDGET
reject,8,A6,RAGGED
reject,9,,REQUIRED:id
reject,10,A7,BAD_VALUE:amount
END
sed -i 's/^reject,8,[^,]*,/reject,8,A6,/' codes
same "each with its code and line, in source order" codes expected
says "an unknown choice is told what was meant" out "good"
says "a failed rule names file and line" out "rules.lua"
says "and what it said" out "told to fail"

assay "--max-rejects not exceeded" 0 run "$MINI" --source path="$T/mixed.csv" --db m.db --max-rejects 6 --ok-rejects
assay "--max-rejects exceeded" 6 run "$MINI" --source path="$T/mixed.csv" --db m2.db --max-rejects 5
says "says so" err "6 of 9 records were rejected"
says "shows the first" err "line 3: A2 NEGATIVE:amount, expected"
holds "five of them" test "$(grep -c 'line [0-9]*: ' err)" = 5
assay "and nothing is published" 7 report mini --db m2.db
printf 'id,name,amount,kind\nA1,a,1.00,good\nA1,b,1.00,good\n' >twice.csv
assay "a key that comes twice counts" 6 run "$MINI" --source path="$T/twice.csv" --db m2.db --max-rejects 0
says "and is shown" err "line 3: A1 DUPLICATE_ID"
assay "--max-rejects as a percentage" 6 run "$MINI" --source path="$T/mixed.csv" --db m2.db --max-rejects 50%
assay "--max-rejects 100%" 1 run "$MINI" --source path="$T/mixed.csv" --db m.db --max-rejects 100%
for bad in x -1 101% % 1.5 ''; do
  assay "--max-rejects '$bad'" 2 run "$MINI" --db m.db --max-rejects "$bad"
done
{ head -n 1 "$MINI/customers.csv"; for i in $(seq 3000); do echo "R$i,x,-1.00,good"; done; } >all-bad.csv
assay "a percentage stops early in a bad source" 6 run "$MINI" --source path="$T/all-bad.csv" --db m3.db --max-rejects 1%
says "after some thousand records" err "of 2048 records"

# ---- the shrink guard
customers 100 "$T/many.csv"
customers 49 "$T/few.csv"
customers 50 "$T/half.csv"
head -n 1 "$T/many.csv" >empty.csv
assay "a hundred customers" 0 run "$MINI" --source path="$T/many.csv" --db shrink.db
assay "forty-nine the next time" 6 run "$MINI" --source path="$T/few.csv" --db shrink.db
says "stop" err "--allow-shrink"
assay "the results stand" 0 list mini --db shrink.db --format csv
holds "all hundred" test "$(wc -l <"$T/out")" = 101
assay "an empty source counts" 6 run "$MINI" --source path="$T/empty.csv" --db shrink.db
sed 's/,\([0-9.]*\),\(good\|bad\)$/,-1.00,\2/' many.csv >broken.csv
assay "as many records, but all refused" 6 run "$MINI" --source path="$T/broken.csv" --db shrink.db
says "stop, too" err "0 usable records"
assay "half is enough" 0 run "$MINI" --source path="$T/half.csv" --db shrink.db
assay "a customer who is gone" 7 show mini C0000051 --db shrink.db
assay "--allow-shrink" 0 run "$MINI" --source path="$T/empty.csv" --db shrink.db --allow-shrink
assay "an empty list" 0 list mini --db shrink.db --format csv
holds "is the header alone" test "$(wc -l <"$T/out")" = 1
assay "an empty list as a table" 0 list mini --db shrink.db
assay "the report of nobody" 0 report mini --db shrink.db

# ---- dry runs
mkdir tmp
TMPDIR=$T/tmp assay "--dry-run" 0 run "$MINI" --as-of "$AS_OF" --db dry.db --dry-run
says "prints the report" out "Classes"
says "and says what it is" out "nothing was published"
silent "without hints" out "What next"
holds "leaves no store" test ! -e dry.db
holds "and nothing behind" test -z "$(ls -A tmp)"
TMPDIR=$T/tmp assay "--limit" 0 run "$MINI" --as-of "$AS_OF" --db dry.db --limit 2
says "takes so many records" out "2 records"
holds "and is a dry run" test ! -e dry.db
holds "which leaves nothing behind" test -z "$(ls -A tmp)"
TMPDIR=$T/tmp assay "a dry run that fails" 4 run "$MINI" --source path=none.csv --dry-run
holds "leaves nothing behind, either" test -z "$(ls -A tmp)"
TMPDIR=/proc/none assay "a dry run without room" 5 run "$MINI" --dry-run
says "says where" err "TMPDIR"
assay "--limit 0" 0 run "$MINI" --limit 0
assay "--limit -1" 2 run "$MINI" --limit -1
says "says what fits" err "expected a whole number, 0 or more"
mkfifo slow
TMPDIR=$T/tmp "$ASSAY" run "$MINI" --source path="$T/slow" --dry-run >/dev/null 2>&1 &
killed=$!
exec 9>slow
for _ in $(seq 50); do [ -n "$(ls tmp/assay-dry-*/dry.db 2>/dev/null)" ] && break; sleep 0.1; done
holds "a dry run has its scratch store" test -n "$(ls -A tmp)"
TMPDIR=$T/tmp assay "another one beside it" 0 run "$MINI" --dry-run
holds "leaves it alone" test -n "$(ls tmp/assay-dry-*/dry.db)"
kill -9 $killed
wait $killed 2>/dev/null
exec 9>&-
TMPDIR=$T/tmp assay "a dry run after one that was killed" 0 run "$MINI" --dry-run
holds "sweeps what that left" test -z "$(ls -A tmp)"

# ---- the store
mkdir folder.db
assay "a store that is a folder" 5 run "$MINI" --db folder.db
says "names it" err "folder.db: this is a folder"
assay "reading a store that is a folder" 5 list mini --db folder.db
says "names it" err "folder.db: this is a folder"
assay "a store in no folder" 5 run "$MINI" --db no/such/x.db
head -c 5000 /dev/urandom >noise.db
assay "a store that is noise" 5 run "$MINI" --db noise.db
assay "reading noise" 5 report mini --db noise.db
assay "reading a store that is not there" 7 report mini --db none.db
holds "does not make one" test ! -e none.db
assay "a pack without a run" 7 report minni --db other.db
says "is told what was meant" err "mini"

# ---- --quiet, --json
assay "--quiet" 0 run "$MINI" --as-of "$AS_OF" --db q.db --quiet
holds "says nothing on stderr" test ! -s err
says "but prints the report" out "Classes"
assay "--json" 0 run "$MINI" --as-of "$AS_OF" --db j.db --json
holds "one object a line" awk '!/^\{.*\}$/ { bad = 1 } END { exit bad || NR < 2 }' "$T/out"
says "begins" out '"event":"start"'
says "ends with the exit code" out '"event":"end","exit_code":0'
holds "has seconds as people write them" sh -c "! grep -E '\"seconds\":[0-9.]{13,}' '$T/out'"
says "ends with the counts" out '"records":4,"graded":4,"rule_errors":0,"rejected":0'
assay "--json of a failure" 4 run "$MINI" --source path=none.csv --db j.db --json
says "is an event, too" out '"event":"error","exit_code":4'
assay "--json of a broken pack" 3 run "$ROOT/tests/cli/packs/broken" --db j.db --json
says "tells what is wrong" out '"event":"finding","id":"mistake","severity":"error","file":"'
says "and where" out '"line":1,'
assay "--json with rejects" 1 run "$MINI" --source path="$T/mixed.csv" --db j2.db --json
says "tells its exit code" out '"event":"end","exit_code":1'

# ---- --keep
for _ in 1 2 3; do "$ASSAY" run "$MINI" --db keep.db --keep 1 --quiet >/dev/null 2>&1; done
if command -v sqlite3 >/dev/null; then
  holds "--keep 1 keeps one" test "$(sqlite3 keep.db "SELECT count(*) FROM run WHERE status = 'published'")" = 1
fi
