#!/bin/bash
# assay new: what it makes checks, tests and runs at once; it never touches what is there.
# shellcheck source=tests/cli/lib.sh
. "$(dirname "$0")/lib.sh"
export ASSAY_DB=$T/new.db
assay "a new pack" 0 new rules/acme-trade
says "says what to do next" out "test rules/acme-trade"
assay "is checked without a finding" 0 check rules/acme-trade
assay "its tests hold and cover everything" 0 test acme-trade --min 100%
assay "it runs" 0 run acme-trade --as-of 2026-03-18T10:00:00+08:00
says "under its own name" out "Acme Trade"
says "and grades everybody" out "6 graded"
holds "no placeholder is left" sh -c '! grep -r "@[A-Z]*@" rules/acme-trade'
if command -v luacheck >/dev/null; then holds "luacheck finds nothing" luacheck -q --config "$ROOT/.luacheckrc" rules/acme-trade; fi
echo mine >rules/acme-trade/company.lua
assay "a folder that is there" 2 new rules/acme-trade
says "is left alone" err "is there already"
holds "with all in it" grep -qx mine rules/acme-trade/company.lua
assay "folders above are made" 0 new a/b/c_1
holds "as far as they are not there" test -f a/b/c_1/tests.lua
assay "a name that cannot be" 2 new "rules/my company"
says "says which can" err "letters, digits, - and _ only"
assay "the place of shared Lua" 2 new rules/lib
assay "no name at all" 2 new /
