#!/bin/bash
# The benchmark: workload grade-1, five rounds, medians, with the targets beside the results. Prints the
# table and writes build/bench/results.json. Absolute times are those of this machine on this day; the
# ratios are taken within the same run.
#   N=customers end to end (1000000)   M=customers for evaluation alone (200000)   ROUNDS=5   make bench
set -euo pipefail
cd "$(dirname "$0")/../.."
N=${N:-1000000} M=${M:-200000} ROUNDS=${ROUNDS:-5}
B=build/bench
[ "$M" -le "$N" ] || M=$N
say() { printf '%s\n' "$*" >&2; }

say "building"
make -s -j"$(nproc)" all
mkdir -p $B/packs
cc -std=gnu11 -O2 -o $B/generate tests/bench/generate.c -lsqlite3 -lm
cc -std=gnu11 -O2 -o $B/generate-related tests/bench/generate_related.c
cc -std=gnu11 -O2 -o $B/measure tests/bench/measure.c
cc -std=gnu11 -O3 -march=native -fno-math-errno -fno-trapping-math -o $B/floor tests/bench/floor.c \
  -lsqlite3 -lm
cc -std=gnu11 -O3 -D_GNU_SOURCE -Icore -Icore/include -I/usr/include/lua5.4 -o $B/evaluate \
  tests/bench/evaluate.c build/libassay.a -pthread -l:liblua5.4.a -lsqlite3 -luv -ljson-c -lmd -lz -ldl -lm
cc -std=gnu11 -O3 -D_GNU_SOURCE -Icore -Icore/include -I/usr/include/lua5.4 -o $B/long_table \
  tests/bench/long_table.c build/libassay.a -pthread -l:liblua5.4.a -lsqlite3 -luv -ljson-c -lmd -lz -ldl -lm
cc -std=gnu11 -O3 -D_GNU_SOURCE -Icore -Icore/include -I/usr/include/lua5.4 -o $B/answers \
  tests/bench/answers.c build/libassay.a -pthread -l:liblua5.4.a -lsqlite3 -luv -ljson-c -lmd -lz -ldl -lm
sqlite3 :memory: <tests/bench/records.sql >$B/records.jsonl
# The packs of the Lua variants are the same fields with other scripts.
for pack in grade-1 grade-1-lua-limit grade-1-lua; do
  rm -rf "$B/packs/$pack"
  cp -r tests/bench/grade-1 "$B/packs/$pack"
  cp tests/bench/$pack/*.lua "$B/packs/$pack/"
done
rm -f $B/packs/grade-1-lua/{cadence,credit}.lua
sed -i 's/scripts = {.*}/scripts = { "classification" }/; s/"credit_limit", "reasons" }/"credit_limit", "reason_1", "reason_2", "reason_3" }/' \
  $B/packs/grade-1-lua/company.lua

if [ "$(cat $B/stamp 2>/dev/null)" != "$N" ]; then
  say "generating $N customers"
  $B/generate "$N" 42 $B
  mkdir -p $B/ledger && $B/generate-related $((N / 10)) 20 shuffled $B/ledger
  echo "$N" >$B/stamp
fi

# ---- the cross-check: the first 10,000 customers through everything must give the known outputs
want=7e2dd49fe4e083bc7812e8cb2b0f5958566123753a930473dacf0da68228bb0c
check() { # name, lines on standard input
  local got
  got=$(sha256sum | cut -c1-64)
  if [ "$got" != $want ]; then
    say "cross-check: $1 gives $got, expected $want"
    exit 1
  fi
}
K=10000
for kernels in portable avx2 avx512; do
  [ $kernels = portable ] || grep -qE "\\b${kernels}f?\\b" /proc/cpuinfo || continue
  ASSAY_KERNELS=$kernels $B/evaluate $B/customers.csv $K dump $B/packs/grade-1 | check "grade-1, $kernels"
done
$B/evaluate $B/customers.csv $K dump traced:$B/packs/grade-1 | check "grade-1, tracing on"
$B/evaluate $B/customers.csv $K dump $B/packs/grade-1-lua-limit | check "grade-1-lua-limit"
# three reasons in three columns, to be joined
$B/evaluate $B/customers.csv $K dump $B/packs/grade-1-lua |
  awk -F, '{r=$8; if ($9!="") r=r "|" $9; if ($10!="") r=r "|" $10;
            printf "%s,%s,%s,%s,%s,%s,%s,%s\n",$1,$2,$3,$4,$5,$6,$7,r}' | check "grade-1-lua"
$B/floor dump $B/customers.csv $K | check "the floor"
rm -f $B/out.db $B/sql.db
build/assay run tests/bench/ledger --data $B/ledger --as-of 2025-09-26T15:00:00+08:00 --db $B/out.db --quiet >/dev/null
ledger_by_sql() { sqlite3 $PWD/$B/sql.db -cmd ".cd $B/ledger" <tests/bench/ledger.sql >/dev/null; }
ledger_by_sql
want=$(sqlite3 -csv $B/sql.db 'SELECT * FROM decision ORDER BY id' | awk -F, '{ printf "%s,%.2f,%.2f,%.2f,%s,%s,%s,%.2f\n",
  $1, $2 / 100, $3 / 100, $4 / 100, $5, $6, $7, $8 / 100 }' | sha256sum | cut -c1-64)
build/assay list ledger --db $B/out.db --format csv | tail -n +2 | check "the ledger, against SQL"
say "cross-check: all outputs of customers 1..$K have the known hash"

# ---- rounds
rounds=$B/rounds.txt
: >$rounds
head -n $((M + 1)) $B/customers.csv >$B/part.csv
small=$((N / 10))
head -n $((small + 1)) $B/customers.csv >$B/small.csv
end_to_end() { # name, command...
  rm -f $B/out.db $B/out.db-wal $B/out.db-shm
  sync
  $B/measure "$@" >>$rounds
}
for round in $(seq "$ROUNDS"); do
  $B/evaluate $B/part.csv "$M" 1 $B/packs/grade-1 traced:$B/packs/grade-1 $B/packs/grade-1-lua-limit \
    $B/packs/grade-1-lua >>$rounds
  for kind in ranges keys; do
    $B/long_table $B/long-$kind $kind 10000 200000 1 >>$rounds
  done
  $B/answers rules/distributor-credit - 2025-09-26T15:00:00+08:00 $B/records.jsonl 1 >>$rounds
  lua5.4 tests/bench/idiomatic.lua $B/part.csv "$M" 1 >>$rounds
  end_to_end e2e-csv-floor $B/floor csv $B/customers.csv $B/out.db
  end_to_end e2e-csv build/assay run $B/packs/grade-1 --as-of 2025-09-26T15:00:00+08:00 \
    --source path="$PWD/$B/customers.csv" --db $B/out.db --quiet
  end_to_end e2e-sqlite-floor $B/floor sqlite $B/customers.sqlite $B/out.db
  end_to_end e2e-sqlite build/assay run $B/packs/grade-1 --as-of 2025-09-26T15:00:00+08:00 \
    --source plugin=sqlite --source path="$PWD/$B/customers.sqlite" --source table=customers \
    --db $B/out.db --quiet
  end_to_end e2e-csv-small build/assay run $B/packs/grade-1 --as-of 2025-09-26T15:00:00+08:00 \
    --source path="$PWD/$B/small.csv" --db $B/out.db --quiet
  end_to_end e2e-ledger build/assay run tests/bench/ledger --data $B/ledger \
    --as-of 2025-09-26T15:00:00+08:00 --db $B/out.db --quiet
  rm -f $B/sql.db
  end_to_end e2e-ledger-sql sqlite3 $PWD/$B/sql.db -cmd ".cd $B/ledger" ".read $PWD/tests/bench/ledger.sql"
  tests/bench/peers.sh "$B/peers" >>$rounds
  say "round $round of $ROUNDS done"
done
rm -f $B/out.db $B/out.db-wal $B/out.db-shm $B/sql.db

awk -v n="$N" -v rounds="$ROUNDS" -v small="$small" -v json=$B/results.json -f tests/bench/table.awk $rounds
