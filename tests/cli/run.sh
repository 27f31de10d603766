#!/bin/bash
# The tests of the command line: every file test_*.sh beside this one, each in a shell and a folder of
# its own. Prints TAP-like lines; ends with 1 if one was not ok.
#   tests/cli/run.sh [BUILD] [FILE...]
set -u
cd "$(dirname "$0")/../.." || exit 2
build=${1:-build}
shift
[ $# -gt 0 ] || set -- tests/cli/test_*.sh
log=$(mktemp)
trap 'rm -f "$log"' EXIT
status=0
for file; do
  echo "# $file"
  BUILD=$build timeout 200 bash "$file" | tee "$log"
  ended=${PIPESTATUS[0]}
  if [ "$ended" != 0 ]; then
    echo "not ok - $file ended with status $ended"
    status=1
  fi
  grep -q '^not ok' "$log" && status=1
done
exit $status
