#!/bin/bash
# The long proofs (ten minutes): what must hold at full size. Writes tests/PROOF.md with date, commit
# and figures; ends with "N passed, N failed".   N=customers (1000000) KILLS=50 BIG=10000000 LINES=20 DAMAGED=20000 tests/prove.sh
set -uo pipefail
cd "$(dirname "$0")/.."
N=${N:-1000000} KILLS=${KILLS:-50} BIG=${BIG:-10000000} LINES=${LINES:-20} DAMAGED=${DAMAGED:-20000}
B=build/prove
passed=0 failed=0 commit=$(git rev-parse --short HEAD)
figures=$B/figures.md
mkdir -p $B
: >$figures
make -s -j"$(nproc)" all unit || exit 1
make -s -j"$(nproc)" BUILD=build/asan SANITIZE=address,undefined OPT=-O1 build/asan/tests/test_pack_fuzz || exit 1
cc -std=gnu11 -O2 -o $B/generate tests/bench/generate.c -lsqlite3 -lm || exit 1
cc -std=gnu11 -O2 -o $B/generate-related tests/bench/generate_related.c || exit 1
cc -std=gnu11 -O2 -o $B/measure tests/bench/measure.c || exit 1

say() { printf '%s\n' "$*"; }
fact() { printf '| %s | %s |\n' "$1" "$2" >>$figures; say "  $1: $2"; }
verdict() { # name, status
  if [ "$2" = 0 ]; then passed=$((passed + 1)) && say "ok - $1"; else failed=$((failed + 1)) && say "not ok - $1"; fi
  fact "$1" "$([ "$2" = 0 ] && echo holds || echo FAILS)"
}
section() { printf '\n## %s\n\n| what | result |\n|---|---|\n' "$1" >>$figures; say "$1"; }
data() { # customers -> folder with customers.csv
  local folder=$B/data-$1
  if [ ! -e "$folder/ready" ]; then
    mkdir -p "$folder"
    $B/generate "$1" 42 "$folder" && rm -f "$folder/customers.sqlite" && touch "$folder/ready"
  fi
  echo "$folder"
}
run() { build/assay run tests/bench/grade-1 --data "$1" --db "$2" --as-of "$3" --quiet "${@:4}"; }
fresh() { rm -f "$1" "$1-wal" "$1-shm"; }

early=2025-09-26T15:00:00+08:00 late=2025-09-27T15:00:00+08:00

# ---- kill -9 at random instants, publishing included
crash() {
  local folder db=$B/crash.db i start end wall bad=0 published=0 previous now
  folder=$(data "$N")
  fresh $db
  start=$(date +%s%N)
  run "$folder" $db $early >/dev/null || return 1
  end=$(date +%s%N)
  wall=$(((end - start) / 1000000))
  fact "an undisturbed run of $N customers" "$wall ms"
  previous=$(sqlite3 $db "SELECT DISTINCT run_id FROM \"current_grade_1\"")
  RANDOM=20250926
  for i in $(seq "$KILLS"); do
    build/assay run tests/bench/grade-1 --data "$folder" --db $db --as-of $late --quiet >/dev/null 2>&1 &
    local child=$! wait
    wait=$(((RANDOM * 32768 + RANDOM) % (wall + wall / 10)))
    sleep "$(printf '%d.%03d' $((wait / 1000)) $((wait % 1000)))"
    kill -9 $child 2>/dev/null
    wait $child 2>/dev/null
    [ "$(sqlite3 $db 'PRAGMA integrity_check')" = ok ] || { bad=$((bad + 1)); say "  kill $i after $wait ms: integrity_check"; }
    now=$(sqlite3 $db 'SELECT run_id, count(*) FROM "current_grade_1" GROUP BY run_id')
    case $now in
    "$previous|$N") ;;
    *"|$N")
      published=$((published + 1))
      previous=${now%%|*} ;;
    *) bad=$((bad + 1)); say "  kill $i after $wait ms: readers see $now" ;;
    esac
  done
  run "$folder" $db $late >/dev/null || bad=$((bad + 1))
  fact "kills" "$KILLS at random instants; in $published the new run was already whole"
  fact "torn, lost or corrupt" "$bad"
  fresh $db
  [ $bad = 0 ]
}

# ---- the same bytes with any number of threads and every kernel
same() {
  local folder db=$B/same.db first='' sum how bad=0 kernels='portable'
  folder=$(data "$N")
  grep -qw avx2 /proc/cpuinfo && kernels="$kernels avx2"
  grep -qw avx512f /proc/cpuinfo && kernels="$kernels avx512"
  # some records of every kind of trouble among the good ones
  local messy=$B/messy
  mkdir -p $messy
  awk -F, 'NR % 1000 == 7 { $6 = "12.345" } NR % 1500 == 11 { $4 = "moon" } NR % 2500 == 3 { print last }
           { last = $0 } 1' OFS=, "$folder/customers.csv" >$messy/customers.csv
  for how in "--threads 1" "--threads 2" "--threads 8" $(printf -- '--kernels=%s\n' $kernels); do
    fresh $db
    # shellcheck disable=SC2086
    run $messy $db $early --ok-rejects $how >/dev/null || { bad=1; continue; }
    sum=$({
      build/assay list grade-1 --db $db --format csv
      build/assay rejects grade-1 --db $db --format csv
      for id in 1 500 77777 "$N"; do build/assay show grade-1 $id --db $db --json | jq_without_run; done
    } | sha256sum | cut -c1-16)
    fact "list, rejects and show with $how" "$sum"
    [ -z "$first" ] && first=$sum
    [ "$sum" = "$first" ] || bad=1
  done
  fresh $db
  return $bad
}
jq_without_run() { python3 -c 'import json,sys; d=json.load(sys.stdin); d.pop("run",None); print(json.dumps(d,sort_keys=True))' 2>/dev/null || sed 's/"run": *{[^}]*},\{0,1\}//'; }

# ---- memory does not grow with the customers
memory() {
  local size folder db=$B/memory.db line rss bad=0
  for size in "$N" "$BIG"; do
    folder=$(data "$size")
    fresh $db
    line=$($B/measure run build/assay run tests/bench/grade-1 --data "$folder" --db $db --as-of $early --quiet) || bad=1
    rss=$(echo "$line" | awk '{ printf "%.1f", $6 * 1024 / 1e6 }')
    fact "peak resident memory at $size customers" "$rss MB, $(echo "$line" | awk '{ print $4 }') s"
    awk -v r="$rss" 'BEGIN { exit !(r <= 64) }' || bad=1
    fresh $db
  done
  rm -rf "$B/data-$BIG"
  return $bad
}

# ---- related records: twenty lines a customer, in any order, in bounded memory
related() {
  local order folder=$B/related db=$B/related.db line rss sum first='' bad=0
  for order in shuffled sorted; do
    rm -rf $folder && mkdir -p $folder/tmp
    $B/generate-related "$N" "$LINES" $order $folder || bad=1
    fresh $db
    line=$(TMPDIR=$PWD/$folder/tmp $B/measure run build/assay run tests/bench/ledger --data $folder --db $db \
      --as-of $early --quiet) || bad=1
    rss=$(echo "$line" | awk '{ printf "%.1f", $6 * 1024 / 1e6 }')
    fact "$N customers with $LINES lines each, $order" "$rss MB, $(echo "$line" | awk '{ print $4 }') s"
    awk -v r="$rss" 'BEGIN { exit !(r <= 256) }' || bad=1
    [ -z "$(ls -A $folder/tmp)" ] || { bad=1; say "  temporary files are left"; }
    sum=$(build/assay list ledger --db $db --format csv | sha256sum | cut -c1-16)
    fact "list of the decisions, $order" "$sum"
    [ -z "$first" ] && first=$sum
    [ "$sum" = "$first" ] || bad=1
  done
  fresh $db
  rm -rf $folder
  return $bad
}

# ---- what needs all customers: totals, quantiles, load, the last decision; in bounded memory
census() {
  local folder db threads line rss sum first='' bad=0
  folder=$(data "$N")
  for threads in 1 8; do
    db=$B/census.db
    fresh $db
    for at in $early $late; do
      line=$($B/measure run build/assay run tests/bench/census --data "$folder" --db $db --as-of $at --threads $threads \
        --quiet) || bad=1
      rss=$(echo "$line" | awk '{ printf "%.1f", $6 * 1024 / 1e6 }')
      fact "$N customers with totals and quantiles, $threads threads, $at" "$rss MB, $(echo "$line" | awk '{ print $4 }') s"
      awk -v r="$rss" 'BEGIN { exit !(r <= 96) }' || bad=1
    done
    sum=$(build/assay list census --db $db --format csv | sha256sum | cut -c1-16)
    fact "list of the decisions, $threads threads" "$sum"
    [ -z "$first" ] && first=$sum
    [ "$sum" = "$first" ] || bad=1
  done
  build/assay replay census --db $db | grep -q "all .* are identical" || bad=1
  fresh $db
  return $bad
}

# ---- every sandbox case in a process of its own: time and memory
sandbox() {
  local file worst=0 most=0 n=0 bad=0 line ms kib
  for file in tests/sandbox/*.lua; do
    n=$((n + 1))
    line=$($B/measure case build/tests/test_sandbox "$file") || { bad=1; say "  $file fails"; continue; }
    ms=$(echo "$line" | awk '{ printf "%d", $4 * 1000 }') kib=$(echo "$line" | awk '{ print $6 }')
    [ "$ms" -gt "$worst" ] && worst=$ms
    [ "$kib" -gt "$most" ] && most=$kib
    { [ "$ms" -le 1000 ] && [ "$kib" -le 62500 ]; } || { bad=1; say "  $file: $ms ms, $kib KiB"; }
  done
  fact "cases" "$n; slowest $worst ms, largest $((most * 1024 / 1000000)) MB"
  return $bad
}

# ---- changing any one thing in a pack makes one of its tests fail
mutation() {
  local out bad=0 line
  out=$(tests/mutate.sh build) || bad=1
  while read -r line; do
    case $line in
    survived:* | mutant*) say "  $line" ;;
    *) fact "${line%%:*}" "${line#*: }" ;;
    esac
  done <<<"$out"
  return $bad
}

# ---- damaged packs: told with file and line, whatever was done to them
damaged() {
  local out folder=build cases bad=0
  make -s -j"$(nproc)" BUILD=build/asan SANITIZE=address,undefined OPT=-O1 all build/asan/tests/test_pack_fuzz >/dev/null || return 1
  for folder in build build/asan; do
    [ $folder = build ] && cases=$DAMAGED || cases=$((DAMAGED / 5))
    out=$(ASSAY_FUZZ_SEED=$RANDOM ASSAY_FUZZ_CASES="$cases" $folder/tests/test_pack_fuzz 2>&1) || bad=1
    printf '%s\n' "$out" | grep -E 'told badly|seed|crash|ERROR: Addr' | head -n 20
    fact "damaged packs loaded ($folder)" "$(printf '%s\n' "$out" | sed -n 's/^# \([0-9]*\) damaged.*/\1/p')"
  done
  return $bad
}

section "kill -9"
crash; verdict "after each kill the database is sound and readers see a whole run" $?
section "The same bytes"
same; verdict "threads and kernels make no difference" $?
section "Memory"
memory; verdict "at most 64 MB, at $N and at $BIG customers" $?
section "Related records"
related; verdict "joined in at most 256 MB, the same whatever the order" $?
section "All customers together"
census; verdict "totals, quantiles and load in at most 96 MB, the same on any number of threads, replayed" $?
section "Sandbox"
sandbox; verdict "each case within one second and 64 MB" $?
section "Damaged packs"
damaged; verdict "each is loaded, or refused with file and line" $?
section "Mutation of the packs"
mutation; verdict "every changed cell, bound, weight and code is noticed" $?

{
  echo "# Proof"
  echo
  echo "Written by \`make prove\` on $(date -u +%Y-%m-%d) at commit $commit," \
    "$(nproc) CPUs. Absolute times are those of that machine."
  cat $figures
} >tests/PROOF.md
say "$passed passed, $failed failed"
[ $failed = 0 ]
