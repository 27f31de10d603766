#!/bin/bash
# clang-format, cppcheck, clang-tidy and luacheck over the project's own files; prints TAP.
set -u
cd "$(dirname "$0")/.."
number=0 status=0

check() { # name command...
  local name=$1 out
  shift
  number=$((number + 1))
  if out=$("$@" 2>&1); then
    echo "ok $number - $name"
  else
    echo "not ok $number - $name"
    printf '%s\n' "$out" | grep -v '^[0-9]* warnings generated' | head -n 400
    status=1
  fi
}

mapfile -t sources < <(find core plugins tests/unit tests/bench tests/embed -name '*.c' | sort)
mapfile -t headers < <(find core plugins tests -name '*.h' | sort)
defines=(-D_GNU_SOURCE -Icore -Icore/include '-DASSAY_VERSION="x"')

# The analyser gives a function up after so many steps; its own 225000 finds hardly more, and takes twice as long.
nodes=${TIDY_NODES:-100000}

# One file a process: with several, the analyser of version 14 takes over state from one to the next.
tidy() {
  printf '%s\n' "${sources[@]}" | grep -E '^(core|plugins)/' |
    xargs -P "$(nproc)" -I FILE clang-tidy --quiet --warnings-as-errors='*' FILE -- \
      -std=gnu11 -Xclang -analyzer-config -Xclang "max-nodes=$nodes" "${defines[@]}" -isystem /usr/include/lua5.4 \
      -isystem /usr/include/glib-2.0 -isystem "/usr/lib/$(cc -print-multiarch)/glib-2.0/include" 2>/dev/null
}

check "clang-format" clang-format --dry-run --Werror "${sources[@]}" "${headers[@]}"
check "cppcheck" cppcheck -q -j "$(nproc)" --std=c11 --error-exitcode=1 --inline-suppr \
  --enable=warning,performance,portability --suppress=missingIncludeSystem \
  --suppress=shiftTooManyBitsSigned --suppress=normalCheckLevelMaxBranches "${defines[@]}" core plugins
check "clang-tidy" tidy
check "luacheck" luacheck -q rules tests/packs tests/bench tests/tools
check "public headers compile alone" sh -c '
  for h in core/include/assay/*.h; do
    echo "#include <assay/$(basename "$h")>" |
      cc -std=c11 -Wall -Wextra -Wpedantic -Werror -fsyntax-only -Icore/include -x c - || exit 1
  done'
echo "1..$number"
exit $status
