#!/bin/bash
# Every test, in stages; prints what fails, and ends with "N passed, N failed".
#   tests/run.sh [STAGE...]      stages: unit cli embed asan tsan lint (default: all)
set -u
cd "$(dirname "$0")/.."
stages=${*:-unit cli embed asan tsan lint}
passed=0 failed=0
jobs=$(nproc)
logs=build/test-logs
mkdir -p "$logs"

say() { printf '%s\n' "$*"; }

# Runs one program that prints TAP; counts its lines; prints what is not ok.
tap() { # name seconds command...
  local name=$1 seconds=$2 log status ok bad start=$SECONDS
  shift 2
  log=$logs/${name//\//_}.log
  CMOCKA_MESSAGE_OUTPUT=TAP timeout "$seconds" "$@" >"$log" 2>&1
  status=$?
  ok=$(grep -c '^ok ' "$log")
  bad=$(grep '^not ok ' "$log" | grep -vc '# SKIP')
  if [ "$status" != 0 ] && [ "$bad" = 0 ] || [ "$((ok + bad))" = 0 ]; then
    bad=$((bad + 1))
    say "  $name: ended with status $status$([ "$status" = 124 ] && echo " (over $seconds s)")"
    tail -n 40 "$log" | sed 's/^/    /'
  elif [ "$bad" != 0 ]; then
    grep -v '# SKIP' "$log" | grep -A 12 '^not ok ' | head -n 120 | sed 's/^/    /'
  fi
  grep '^# SKIP: ' "$log" | sed 's/^# SKIP/    skipped/'
  passed=$((passed + ok)) failed=$((failed + bad))
  printf '  %-34s %5d passed %3d failed  %3d s\n' "$name" "$ok" "$bad" $((SECONDS - start))
}

build() { # what, make arguments...
  local what=$1 log
  log=$logs/build-$what.log
  shift
  if make -j"$jobs" "$@" >"$log" 2>&1; then return 0; fi
  say "  build $what failed:"
  grep -E 'error|Error|warning' "$log" | head -n 30 | sed 's/^/    /'
  failed=$((failed + 1))
  return 1
}

units() { # folder, programs...
  local folder=$1 program
  shift
  for program; do tap "$folder/$program" 300 "$folder/tests/$program"; done
}

threaded="test_run test_sandbox test_keys test_population test_previous test_smooth test_desk test_embed test_http test_jobs
  test_shelf test_metrics test_log test_deliver"
all_units=$(for f in tests/unit/test_*.c; do basename "$f" .c; done)

for stage in $stages; do
  say "$stage"
  case $stage in
  unit) # shellcheck disable=SC2086
    build plain unit && units build $all_units ;;
  cli)
    build plain all && tap cli 600 tests/cli/run.sh build ;;
  embed)
    build plain all && tap embed 300 tests/embed/run.sh build ;;
  asan) # shellcheck disable=SC2086
    build asan BUILD=build/asan SANITIZE=address,undefined OPT=-O1 unit &&
      units build/asan ${all_units/test_cron_compare/} ;; # that one waits for Python
  tsan)
    # shellcheck disable=SC2046,SC2086
    build tsan BUILD=build/tsan SANITIZE=thread OPT=-O1 all $(printf 'build/tsan/tests/%s ' $threaded) &&
      units build/tsan $threaded ;;
  lint)
    tap lint 900 tests/lint.sh ;;
  *)
    say "no such stage: $stage"
    exit 2 ;;
  esac
done
say "$passed passed, $failed failed"
[ "$failed" = 0 ]
