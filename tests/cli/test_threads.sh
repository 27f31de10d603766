#!/bin/bash
# The outcome does not depend on the number of threads nor on the kernels: byte for byte.
# shellcheck source=tests/cli/lib.sh
. "$(dirname "$0")/lib.sh"

customers 30000 big.csv
awk -F, 'NR > 1 && NR % 97 == 0 { $3 = "-5.00" } NR > 1 && NR % 101 == 0 { $2 = "boom" }
  NR > 1 && NR % 211 == 0 { $1 = "C0000007" } NR > 1 && NR % 307 == 0 { print $1 ",ragged"; next }
  { print $1 "," $2 "," $3 "," $4 }' big.csv >source.csv

grade() { # database options...
  local db=$1
  shift
  "$ASSAY" run "$MINI" --source path="$T/source.csv" --as-of "$AS_OF" --db "$db.db" --quiet --ok-rejects "$@" >/dev/null 2>err ||
    { not_ok "run $*" "$(cat err)"; return; }
  { "$ASSAY" list mini --db "$db.db" --format csv && "$ASSAY" rejects mini --db "$db.db" --format csv; } >"$db.out" 2>&1
  for key in C0000007 C0000096 C0000101 C0029999; do "$ASSAY" show mini "$key" --db "$db.db" --json; done 2>&1 |
    sed 's/,"run":{.*//' >>"$db.out"
}

grade one --threads 1
holds "there is much to compare" test "$(wc -l <one.out)" -gt 30000
holds "rejects among it" grep -q DUPLICATE_ID one.out
holds "rule errors among it" grep -q RULE_ERROR one.out
for n in 2 8; do
  grade "t$n" --threads $n
  same "$n threads give the same" one.out "t$n.out"
done
for k in portable avx2 avx512; do
  [ $k != portable ] && ! grep -q "${k/avx512/avx512f}" /proc/cpuinfo && continue
  grade "$k" --threads 2 --kernels $k
  same "the kernels $k give the same" one.out "$k.out"
done
assay "unknown kernels" 2 run "$MINI" --kernels neon
