#!/bin/bash
# Mutation: every number, comparison, word, cell and code of the shipped packs is changed, one at a time;
# the pack's own tests (or the checks at load) must notice. What cannot be noticed because it means the same is
# listed, with the reason, in tests/packs/mutants.txt.
#   tests/mutate.sh [BUILD] [PACK...]        prints the survivors, and a line of counts a pack
set -u
cd "$(dirname "$0")/.." || exit 2
build=$PWD/${1:-build}
shift
[ $# -gt 0 ] || set -- rules/*/
same=$PWD/tests/packs/mutants.txt
T=$(mktemp -d)
trap 'rm -rf "$T"' EXIT
status=0
for pack; do
  pack=${pack%/}
  name=$(basename "$pack")
  [ -f "$pack/tests.lua" ] || continue
  killed=0 refused=0 equal=0 survived=0
  lua5.4 tests/tools/mutate.lua "$pack" >"$T/list"
  mkdir -p "$T/rules"
  [ -d rules/lib ] && cp -r rules/lib "$T/rules/"
  while IFS=$'\t' read -r number place what; do
    rm -rf "$T/rules/$name"
    cp -r "$pack" "$T/rules/$name"
    lua5.4 tests/tools/mutate.lua "$pack" "$number" "$T/rules/$name"
    (cd "$T" && timeout 60 "$build/assay" test "rules/$name" --cases 200 >"$T/out" 2>&1)
    case $? in
    0)
      if grep -qF "$name/$place	$what	" "$same"; then
        equal=$((equal + 1))
      else
        survived=$((survived + 1))
        echo "survived: $name/$place	$what"
      fi ;;
    1) killed=$((killed + 1)) ;;
    3) refused=$((refused + 1)) ;;
    *)
      echo "mutant $number of $name ($place $what) ended badly: $(tail -n 1 "$T/out")"
      survived=$((survived + 1)) ;;
    esac
  done <"$T/list"
  echo "$name: $((killed + refused + equal + survived)) mutants: $killed noticed by tests, $refused refused when loaded," \
    "$equal that mean the same, $survived survived"
  [ $survived = 0 ] || status=1
done
exit $status
