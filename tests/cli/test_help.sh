#!/bin/bash
# Help, version, mistyped words.
# shellcheck source=tests/cli/lib.sh
. "$(dirname "$0")/lib.sh"

commands="run show report list rejects explain try replay check test docs new editor table plugins completion backup prune doctor schedule serve token runs cancel"

assay "assay alone is a usage error" 2
says "and says what to do" err "assay --help"
assay "--help" 0 --help
for c in $commands; do says "--help lists $c" out "  $c "; done
silent "--help names the program by its base name" out "$ASSAY"
says "as one types it" out "assay COMMAND [options]"
if command -v man >/dev/null; then
  holds "the man page formats without a warning" sh -c "test -z \"\$(MANWIDTH=80 man --warnings -E UTF-8 -l '$ROOT/core/cli/assay.1' 2>&1 >/dev/null)\""
fi
says "--help tells the exit codes" out "6 stopped by a guard"
assay "--version" 0 --version
holds "it is one line" grep -qxE 'assay [0-9]+\.[0-9]+\.[0-9]+' "$T/out"
assay "a mistyped command" 2 lsit mini
says "is told what was meant" err "did you mean 'list'?"
assay "an unknown command" 2 frobnicate
says "is told where to look" err "assay --help lists them"
assay "help of a command" 0 help run
says "is that of the command" out "--as-of T"
assay "help of an unknown command" 2 help rum

for c in $commands; do
  assay "$c --help" 0 "$c" --help
  says "$c --help shows the usage" out " $c"
  says "$c --help lists --help" out "--help"
  holds "$c --help keeps to 100 columns" awk 'length($0) > 100 { bad = 1 } END { exit bad }' "$T/out"
  assay "$c with an unknown option" 2 "$c" --no-such-thing
done

# Every option of the help is in the man page, in both completions, and does parse.
for c in $commands; do
  for o in $("$ASSAY" "$c" --help | sed -n 's/^  --\([a-z-]*\).*/\1/p'); do
    [ "$o" = help ] && continue
    escaped=$(printf '%s' "$o" | sed 's/-/\\\\-/g')
    holds "--$o is in the man page" grep -q -- "\\\\-\\\\-$escaped" "$ROOT/core/cli/assay.1"
    holds "--$o is in the completion for bash" sh -c "'$ASSAY' completion bash | grep -q -e '--$o\b'"
    holds "--$o is in the completion for zsh" sh -c "'$ASSAY' completion zsh | grep -qE -e '--${o}(=|\[)'"
  done
done

assay "a mistyped option" 2 list mini --fromat csv
says "is told what was meant" err "did you mean --format?"
assay "an option without its value" 2 list mini --limit
says "says how it is written" err "--limit N"
assay "a value for a flag" 2 run mini --quiet=yes
says "says that it takes none" err "--quiet takes no value"
assay "an option twice" 2 list mini --limit 1 --limit 2
says "says so" err "given twice"
assay "a short option" 2 list mini -x
says "says how options begin" err "two dashes"
assay "a missing argument" 2 show mini
says "shows the usage" err "assay show PACK CUSTOMER"
assay "a word too many" 2 report mini more
says "names it" err "'more' is one word too many"
assay "a word that is not offered" 2 list mini --format xml
says "says which are" err "table|csv|jsonl"
assay "a number that is none" 2 list mini --limit many
says "says what was expected" err "a whole number, 0 or more"
assay "a number out of bounds" 2 run mini --threads 0
assay "bytes that are not UTF-8 in an option" 2 list mini $'--fr\xffmat'
says "are shown as such" err '\xFF'

assay "completion without a shell" 2 completion
assay "completion for another shell" 2 completion fish
says "says for which it is there" err "bash and for zsh"
"$ASSAY" completion bash >"$T/bash"
holds "the completion for bash parses" bash -n "$T/bash"
if command -v zsh >/dev/null; then
  "$ASSAY" completion zsh >"$T/zsh"
  holds "the completion for zsh parses" zsh -n "$T/zsh"
fi
complete_bash() { # words...
  bash -c '. "$1"; shift; COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _assay; printf "%s\n" "${COMPREPLY[@]}"' _ "$T/bash" "$@" >"$T/out"
}
complete_bash assay rep
says "bash completes a command" out report
complete_bash assay list mini --so
says "bash completes an option" out --sort
complete_bash assay list mini --format js
says "bash completes a word of an option" out jsonl

"$ASSAY" --help >/dev/full 2>"$T/err"
holds "a full device ends with 70" test $? = 70
