#!/bin/bash
# Stopping: signals, also while the source blocks; a killed run; a store that is busy.
# shellcheck source=tests/cli/lib.sh
. "$(dirname "$0")/lib.sh"
export ASSAY_DB=$T/signals.db
assay "a first run" 0 run "$MINI" --as-of "$AS_OF"
"$ASSAY" list mini --format csv >before

# Starts a run over a pipe that stays open, with n customers in it; its process id is in $pid.
start_slow() { # n options...
  local n=$1
  shift
  rm -f pipe && mkfifo pipe
  "$ASSAY" run "$MINI" --source path="$T/pipe" --as-of "$AS_OF" --allow-shrink "$@" >out 2>err &
  pid=$!
  exec 7>pipe
  customers "$n" some.csv
  cat some.csv >&7
}
# Waits for the run's end, at most so many seconds; its exit code is in $status.
wait_end() { # seconds
  local end=$((SECONDS + $1))
  while kill -0 "$pid" 2>/dev/null && [ $SECONDS -lt $end ]; do sleep 0.05; done
  if kill -0 "$pid" 2>/dev/null; then kill -9 "$pid"; fi
  { wait "$pid"; } 2>/dev/null
  status=$?
  exec 7>&-
}
ends_with() { # name code
  if [ "$status" = "$2" ]; then ok "$1"; else not_ok "$1" "expected $2, got $status" "$(cat err)"; fi
}
untouched() {
  "$ASSAY" list mini --format csv >after 2>&1
  same "$1" before after
}

start_slow 5
sleep 0.4
kill -INT "$pid"
wait_end 5
ends_with "SIGINT while the source blocks" 130
says "says that nothing was published" err "nothing was published"
untouched "the results stand"

start_slow 20000
sleep 0.4
kill -TERM "$pid"
wait_end 5
ends_with "SIGTERM in the middle" 143
untouched "the results stand, too"

# The pipe that nobody opens: open(2) itself blocks.
rm -f pipe && mkfifo pipe
"$ASSAY" run "$MINI" --source path="$T/pipe" --as-of "$AS_OF" >out 2>err &
pid=$!
sleep 0.4
kill -INT "$pid"
exec 7>/dev/null
wait_end 5
ends_with "SIGINT while the source does not even open" 130

start_slow 5 --json
sleep 0.4
kill -INT "$pid"
wait_end 5
says "a stop is an event, too" out '"exit_code":130'

start_slow 20000
sleep 0.4
assay "a second run of the pack meanwhile" 8 run "$MINI" --as-of "$AS_OF"
says "names the process" err "$pid"
assay "reading meanwhile" 0 report mini
kill -9 "$pid"
{ wait_end 5; } 2>/dev/null
untouched "after kill -9 the results stand"
assay "and the next run works" 0 run "$MINI" --as-of "$AS_OF"
untouched "and gives the same"
if command -v sqlite3 >/dev/null; then
  holds "the store is whole" test "$(sqlite3 "$ASSAY_DB" 'PRAGMA integrity_check')" = ok
  sqlite3 "$ASSAY_DB" 'BEGIN IMMEDIATE; SELECT 1;' '.shell sleep 8' 'COMMIT;' >/dev/null &
  locker=$!
  sleep 0.3
  assay "a store that another program holds" 8 run "$MINI" --as-of "$AS_OF"
  assay "can be read" 0 report mini
  kill "$locker" 2>/dev/null
  wait "$locker" 2>/dev/null
fi
start_slow 3
exec 7>&-
wait_end 10
ends_with "a pipe that ends is a run" 0
