#!/bin/bash
# The library as others use it: installed into a folder of its own, found by pkg-config, called from C
# (shared and static), Python and Node. Prints TAP.   tests/embed/run.sh [BUILD]
set -u
cd "$(dirname "$0")/../.." || exit 2
build=${1:-build}
here=$PWD/tests/embed
T=$(mktemp -d)
trap 'rm -rf "$T"' EXIT
number=0 status=0
export PKG_CONFIG_PATH=$T/lib/pkgconfig
read -ra cc <<<"${CC:-cc}"

result() { # name status
  number=$((number + 1))
  [ "$2" = 0 ] && echo "ok $number - $1" && return
  echo "not ok $number - $1"
  sed 's/^/# /' "$T/out" "$T/err" 2>/dev/null | tail -n 30
  status=1
}
try() { # name command...
  local name=$1
  shift
  "$@" >"$T/out" 2>"$T/err"
  result "$name" $?
}
says() { # name text
  grep -qF -- "$2" "$T/out"
  local found=$?
  [ $found = 0 ] || echo "# expected: $2"
  result "$1" $found
}

try "make install" make -s BUILD="$build" PREFIX="$T" install
try "pkg-config knows it" pkg-config --exists --print-errors 'assay >= 0.1'
read -ra flags < <(pkg-config --cflags --libs assay)
read -ra static < <(pkg-config --cflags --libs --static assay | sed "s|-lassay|$T/lib/libassay.a|")
strict=(-std=c11 -Wall -Wextra -Wpedantic -Werror -O1)

nm -D --defined-only "$T/lib/libassay.so.0" | awk '$2 == "T" { print $3 }' | sort >"$T/out"
sed -n 's/^    \(assay_[a-z_]*\);/\1@@ASSAY_0/p' core/embed/libassay.map | sort | diff - "$T/out" >"$T/err"
result "the shared library exports what its map says, versioned, and nothing else" $?
nm -g --defined-only "$T/lib/libassay.a" | awk '$2 ~ /[TDBR]/ { print $3 }' | sort >"$T/out"
sed -n 's/^    \(assay_[a-z_]*\);/\1/p' core/embed/libassay.map | sort | diff - "$T/out" >"$T/err"
result "and so does the static one" $?
objdump -p "$T/lib/libassay.so" | grep -q 'SONAME *libassay.so.0$'
result "it is called libassay.so.0" $?

leads=rules/real-estate-leads credit=rules/distributor-credit
for example in example stream; do
  try "$example.c compiles" "${cc[@]}" "${strict[@]}" "$here/$example.c" -o "$T/$example" "${flags[@]}"
  try "$example.c compiles, linked statically" "${cc[@]}" "${strict[@]}" "$here/$example.c" -o "$T/$example-static" \
    "${static[@]}"
done
export LD_LIBRARY_PATH=$T/lib LIBASSAY=$T/lib/libassay.so.0
for program in example example-static; do
  try "$program runs" "$T/$program" $credit
  says "it tells the rules" "assay 0.1.0, Baihe Distribution, "
  says "it has the decision" '"key":"N1","status":"graded","outputs":{"score":'
  says "and the explanation" "credit_limit"
done
for program in stream stream-static; do
  try "$program runs" "$T/$program" $leads
  says "it tells the columns" "customer_id:u status:u score:d:19,2 "
  says "and decides all records" "10000 records: 9900 graded, 100 rejected"
done
try "example.c without such rules" sh -c "! '$T/example' rules/none"

limit=$("$T/example" $credit | grep -o '"credit_limit":[0-9.]*' | cut -d: -f2)
export PYTHONDONTWRITEBYTECODE=1
try "example.py runs" python3 "$here/example.py" $credit
says "it gives the same limit" "credit limit $limit"
says "it names a mistake" 'did you mean "net_worth"?'
try "stream.py runs" python3 "$here/stream.py" $leads
says "it decides" "S1 graded P"
says "it refuses" "S2 rejected NEGATIVE:budget"

cp "$here"/{example.js,package.json,package-lock.json} "$T"
if ! command -v node >/dev/null || ! command -v npm >/dev/null; then
  echo "# SKIP: example.js: node and npm are not installed"
elif ! timeout 120 npm --prefix "$T" ci --no-audit --no-fund --ignore-scripts >"$T/out" 2>"$T/err"; then
  echo "# SKIP: example.js: npm could not install koffi: $(tail -n 1 "$T/err")"
else
  try "example.js runs" node "$T/example.js" $credit
  says "it gives the same limit" "credit limit $limit"
  says "it names a mistake" 'did you mean "net_worth"?'
fi

try "make uninstall" make -s BUILD="$build" PREFIX="$T" uninstall
[ -z "$(find "$T/lib" "$T/include" -name '*assay*' 2>/dev/null)" ]
result "nothing of it is left" $?
echo "1..$number"
exit $status
