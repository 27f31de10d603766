#!/bin/bash
# Related records: joined whatever their order, bad ones reject their customer, and nothing is left behind.
# shellcheck source=tests/cli/lib.sh
. "$(dirname "$0")/lib.sh"
SHOP=$ROOT/tests/cli/packs/shop

run_shop() { # name expected-status database arguments...
  local name=$1 status=$2 db=$3
  shift 3
  assay "$name" "$status" run "$SHOP" --data "$T" --as-of "$AS_OF" --db "$db" --quiet "$@"
}
graded() { "$ASSAY" list shop --db "$1" --format csv; }

# ---- a few rows
cat >customers.csv <<'END'
id,vip
A1,true
A2,false
A3,maybe
A4,true
A5,true
A6,true
A1,true
A7,true
END
cat >orders.csv <<'END'
id,at,amount,kind
A1,2025-01-02T00:00:00Z,10.00,web
A2,2025-01-01T00:00:00Z,1.00,
A1,2025-01-01T00:00:00Z,20.50,shop
A1,2025-01-01T00:00:00Z,20.50,shop
A4,2025-01-01T00:00:00Z,20.50,ship
A4,2025-01-01T00:00:00Z,-1.00,shop
ZZ,2025-01-01T00:00:00Z,20.50,shop
,2025-01-01T00:00:00Z,20.50,shop
A2,2026-01-01T00:00:00Z,5.00,web
A5,2025-01-01T00:00:00Z
A3,2025-01-01T00:00:00Z,5,wob
A7,2026-01-01T00:00:00Z,7,wob
END
cat >notes.csv <<'END'
customer,text,stars
A1,good,5
A2,bad,1
A6,worse,9
A4,fine,9
A1,,
END
run_shop "a run with related records" 1 few.db
graded few.db >few
cat >expected <<'END'
id,spend,count,trail
A1,51.00,203,shop@1735689600 shop@1735689600 web@1735776000 nilnil good5
A2,1.00,101,?@1735689600 bad1
A5,0.00,0,
END
same "rows are walked in the order of their values; those that do not count are absent" few expected
"$ASSAY" rejects shop --db few.db --format csv | sed 1d | cut -d, -f3-5,10- >codes
cat >expected <<'END'
4,A3,BAD_VALUE:vip,maybe,expected true or false: found 'maybe'
5,A4,NEGATIVE:orders.amount,-1.00,line 7 of orders: expected at least 0.00: found '-1.00'
7,A6,OUT_OF_RANGE:notes.stars,9,line 4 of notes: expected at most 5: found '9'
8,A1,DUPLICATE_ID,A1,the first is at line 2
END
grep -v '^9,' codes >first
same "own columns first, then related ones as declared; the first column of a file tells" first expected
says "a row that does not count must still be right" codes "9,A7,UNKNOWN_CHOICE:orders.kind,wob"
"$ASSAY" show shop A1 --db few.db >out
says "show tells the records of a list" out "at 2025-01-02 08:00, amount 10.00, kind web"
says "and how many there are" out "orders  3"
"$ASSAY" show shop A2 --db few.db --json >out
says "and as JSON" out '"orders":[{"at":"2025-01-01T08:00:00+08:00","amount":1.00,"kind":null}]'
assay "stored decisions are made again from the lists that were kept" 0 replay shop --db few.db

"$ASSAY" report shop --db few.db >out
says "the report counts the rows" out "orders   12 rows"
says "of customers that nobody knows" out "1 of unknown customers"
says "and without a key" out "2 without a key"
says "and why the first has none" out "line 9: REQUIRED:id"
"$ASSAY" report shop --db few.db --lang zh >out
says "in Chinese, too" out "行的客户未知"
head -n 3 orders.csv >half.csv
run_shop "fewer than half of the rows" 6 few.db --related orders.path=half.csv
says "look like a broken export" err 'related "orders" gave 2 rows'
run_shop "and can be let through" 1 few.db --related orders.path=half.csv --allow-shrink

# ---- any order
head -n 1 customers.csv >some.csv
grep -E '^(A1,true|A2|A3|A4|A5|A6|A7)' customers.csv | awk '!seen[$0]++' >>some.csv
shuffled() { # seed file
  head -n 1 "$2"
  sed 1d "$2" | awk -v seed="$1" 'BEGIN { srand(seed) } { print rand() "\t" $0 }' | sort -k1,1 -g | cut -f2-
}
sorted() {
  head -n 1 "$1"
  sed 1d "$1" | LC_ALL=C sort
}
run_shop "the customers without the duplicate" 1 order.db --source path=some.csv
graded order.db >plain
same "grade alike" plain few
for seed in 1 2 3; do
  shuffled $seed some.csv >c.csv
  shuffled $seed orders.csv >o.csv
  shuffled $seed notes.csv >n.csv
  run_shop "shuffled ($seed)" 1 order.db --source path=c.csv --related orders.path=o.csv --related notes.path=n.csv
  graded order.db >other
  same "the same bytes" plain other
done
sorted orders.csv >o.csv
sorted notes.csv >n.csv
run_shop "sorted by the key" 1 order.db --source path=some.csv --related orders.path=o.csv --related notes.path=n.csv
graded order.db >other
same "the same bytes, too" plain other

# ---- many rows: merged, staged, and an order that ends
awk 'BEGIN { print "id,vip"; for (i = 1; i <= 6000; i++) printf "C%05d,true\n", i }' >many.csv
awk 'BEGIN { print "id,at,amount,kind"
  for (i = 1; i <= 6000; i++) for (k = 0; k < i % 7; k++)
    printf "C%05d,2025-0%d-01T00:00:00Z,%d.25,%s\n", i, 1 + (i + k) % 8, i * (k + 1) % 5000, k % 2 ? "web" : "shop" }' >lines.csv
awk 'BEGIN { print "customer,text,stars" }' >none.csv
more=(--source path=many.csv --related orders.path=lines.csv --related notes.path=none.csv)
run_shop "sorted files are merged" 0 many.db "${more[@]}"
graded many.db >merged
holds "every customer is graded" test "$(wc -l <merged)" = 6001
shuffled 7 lines.csv >mixed.csv
run_shop "shuffled rows are clustered" 0 many.db --source path=many.csv --related orders.path=mixed.csv --related notes.path=none.csv
graded many.db >clustered
same "with the same result" merged clustered
{ cat lines.csv && echo 'C00002,2025-01-01T00:00:00Z,0.50,web'; } >late.csv
run_shop "a row out of order at the very end" 0 many.db --source path=many.csv --related orders.path=late.csv --related notes.path=none.csv
graded many.db | grep '^C00002,' >late
says "is not lost" late "C00002,7.00,3,"
{ cat many.csv && echo 'B00001,true'; } >back.csv
run_shop "a customer out of order at the very end" 0 many.db --source path=back.csv --related orders.path=lines.csv --related notes.path=none.csv
graded many.db | grep -v '^B00001,' >other
same "changes nothing for the others" merged other
run_shop "with eight threads" 0 many.db "${more[@]}" --threads 8
graded many.db >other
same "the same bytes again" merged other
assay "a part of the customers" 0 run "$SHOP" --data "$T" --as-of "$AS_OF" "${more[@]}" --limit 10
says "has its rows" out "10 records"

# ---- what can go wrong
run_shop "a related file that is not there" 4 wrong.db --related orders.path=none-such.csv
says "is named with its list and place" err 'related "orders" ('
says "and its path" err "none-such.csv"
: >empty.csv
run_shop "one that is empty" 4 wrong.db --related orders.path=empty.csv
says "is told" err "the file is empty"
printf 'id,at,amount\n' >short.csv
run_shop "one without a column" 4 wrong.db --related orders.path=short.csv
says "names it" err "no column 'kind' for field kind"
run_shop "an unknown list" 2 wrong.db --related order.path=x.csv
says "is told what was meant" err 'did you mean "orders"?'
run_shop "an unknown option" 2 wrong.db --related orders.pth=x.csv
says "is told what was meant, too" err 'did you mean "path"?'
run_shop "an option without a list" 2 wrong.db --related path=x.csv
says "is told how it is written" err "expected NAME.OPTION=VALUE"
run_shop "two sources on standard input" 2 wrong.db --source path=- --related orders.path=-
says "are one too many" err "only one source can read standard input"
run_shop "another plugin for a list" 4 wrong.db --related orders.plugin=cvs
says "must be there" err 'did you mean "csv"?'
holds "nothing was published" test -z "$("$ASSAY" list shop --db wrong.db --format csv 2>/dev/null)"
mkdir staging
TMPDIR=$T/gone run_shop "a folder for temporary files that is not there" 0 many.db "${more[@]}"
awk 'BEGIN { print "id,at,amount,kind"
  for (i = 1; i <= 600000; i++) printf "C%05d,2025-01-01T00:00:00Z,1.25,web\n", i * 7919 % 6000 }' >large.csv
TMPDIR=$T/gone run_shop "matters when rows must be staged" 5 many.db --source path=many.csv --related orders.path=large.csv --related notes.path=none.csv
says "and says what to do" err "TMPDIR"

# ---- stopping
rm -f pipe && mkfifo pipe
TMPDIR=$T/staging "$ASSAY" run "$SHOP" --data "$T" --as-of "$AS_OF" --db many.db --source path=many.csv \
  --related orders.path="$T/pipe" --related notes.path=none.csv >out 2>err &
pid=$!
exec 7>pipe
shuffled 3 lines.csv >&7
sleep 0.3
kill -INT "$pid"
end=$((SECONDS + 5))
while kill -0 "$pid" 2>/dev/null && [ $SECONDS -lt $end ]; do sleep 0.05; done
if kill -0 "$pid" 2>/dev/null; then kill -9 "$pid"; fi
{ wait "$pid"; } 2>/dev/null
holds "SIGINT while a related source blocks" test $? = 130
exec 7>&-
says "says that nothing was published" err "nothing was published"
holds "no temporary file is left" test -z "$(ls -A staging)"
TMPDIR=$T/staging "$ASSAY" run "$SHOP" --data "$T" --as-of "$AS_OF" --db many.db --source path=many.csv \
  --related orders.path=large.csv --related notes.path=none.csv >out 2>err &
pid=$!
sleep 0.2
kill -9 "$pid" 2>/dev/null
{ wait "$pid"; } 2>/dev/null
holds "after kill -9 neither" test -z "$(ls -A staging)"
graded many.db >other
same "and the results stand" merged other
