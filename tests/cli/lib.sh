# What the tests of the command line share: a folder of their own, and assertions that print TAP lines.
# shellcheck shell=bash disable=SC2034
set -u
ROOT=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
ASSAY=$ROOT/${BUILD:-build}/assay
MINI=$ROOT/tests/cli/packs/mini
LEADS=$ROOT/rules/real-estate-leads
AS_OF=2025-09-26T15:00:00+08:00
T=$(mktemp -d)
trap 'rm -rf "$T"' EXIT
cd "$T" || exit 2
unset ASSAY_DB ASSAY_PLUGIN_PATH NO_COLOR
export LC_ALL=C.UTF-8

ok() { echo "ok - $1"; }
not_ok() { # name, details...
  echo "not ok - $1"
  shift
  printf '%s\n' "$@" | head -n 20 | sed 's/^/#   /'
}

# Runs assay and compares its exit code; what it said is in $T/out and $T/err.
assay() { # name expected-status arguments...
  local name=$1 expected=$2 status
  shift 2
  "$ASSAY" "$@" >"$T/out" 2>"$T/err" </dev/null
  status=$?
  if [ "$status" = "$expected" ]; then ok "$name"; else
    not_ok "$name" "expected exit code $expected, got $status" "$(cat "$T/err")"
  fi
}

# The last output holds, or does not hold, a text.
says() { # name out|err text
  if grep -qF -- "$3" "$T/$2"; then ok "$1"; else not_ok "$1" "expected in $2: $3" "$(cat "$T/$2")"; fi
}
silent() { # name out|err text
  if grep -qF -- "$3" "$T/$2"; then not_ok "$1" "not expected in $2: $3" "$(cat "$T/$2")"; else ok "$1"; fi
}
same() { # name file file
  if cmp -s "$2" "$3"; then ok "$1"; else not_ok "$1" "$(diff "$2" "$3" | head -n 10)"; fi
}
holds() { # name command...
  local name=$1
  shift
  if "$@" >"$T/held" 2>&1; then ok "$name"; else not_ok "$name" "$*" "$(cat "$T/held")"; fi
}

# n customers of the pack mini.
customers() { # n file
  awk -v n="$1" 'BEGIN { print "id,name,amount,kind"
    for (i = 1; i <= n; i++) printf "C%07d,customer %d,%d.%02d,%s\n", i, i, i * 7 % 3000, i % 100, i % 3 ? "good" : "bad" }' >"$2"
}

# Whether a program can be run on a terminal of its own here: not in a root without /dev/pts.
has_terminal() {
  command -v script >/dev/null && script -qec true /dev/null >/dev/null 2>&1 </dev/null
}

# Decisions as CSV against what is expected, value by value.
compare() { # expected.csv list.csv: by customer_id, column by column, in any order of columns
  python3 - "$1" "$2" <<'END'
import csv, sys
want, got = ({r["customer_id"]: r for r in csv.DictReader(open(f, encoding="utf-8", newline=""))} for f in sys.argv[1:])
bad = [f"{k}: missing" for k in want if k not in got] + [f"{k}: too many" for k in got if k not in want]
for k in want:
    if k in got and set(want[k]) != set(got[k]): bad.append(f"columns {sorted(set(want[k]) ^ set(got[k]))}")
    for c in want[k]:
        if k in got and want[k][c] != got[k].get(c): bad.append(f"{k} {c}: expected {want[k][c]!r}, got {got[k].get(c)!r}")
print("\n".join(bad[:40]))
sys.exit(bool(bad))
END
}
