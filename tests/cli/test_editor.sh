#!/bin/bash
# assay editor: the definition file for a Lua language server. It knows the whole pack, is Lua, changes
# nothing about the pack, and never touches what a person wrote.
# shellcheck source=tests/cli/lib.sh
. "$(dirname "$0")/lib.sh"
cp -r "$ROOT/rules" rules
rm -rf rules/*/.assay rules/*/.luarc.json
is_lua() { # name file
  if command -v luac5.4 >/dev/null; then holds "$1" luac5.4 -p "$2"; else holds "$1" grep -q '^function rule(' "$2"; fi
}

for pack in b2b-software distributor-credit ecommerce-rfm real-estate-leads; do
  "$ASSAY" check "$pack" >"$T/before" 2>&1
  assay "$pack has a definition" 0 editor "$pack"
  says "it is said where" out "rules/$pack/.assay/assay.lua"
  is_lua "it is Lua" "rules/$pack/.assay/assay.lua"
  holds "and .luarc.json JSON" python3 -m json.tool "rules/$pack/.luarc.json"
  "$ASSAY" check "$pack" >"$T/after" 2>&1
  same "the pack has the same fingerprint and no new finding" "$T/before" "$T/after"
  holds "--print prints the same" sh -c "'$ASSAY' editor $pack --print | cmp - rules/$pack/.assay/assay.lua"
done

# Everything that the pack names.
D=rules/distributor-credit/.assay/assay.lua
field() { # class line
  awk -v class="---@class assay.$1" '$0 == class { on = 1; next } !/^---@field/ { on = 0 } on' "$D" | grep -qF -- "---@field $2"
}
holds "a rule gets money as a number" field record "net_worth? number money"
holds "what is required is always there" field record "terms_days integer integer"
holds "a choice as one of its words" field record "rating? assay.choice.rating"
holds "which are listed" sh -c "grep -A4 '^---@alias assay.choice.rating' $D | grep -q '\"D\"'"
holds "what steps make" field record "risk_class? assay.choice.risk_class choice, output of worst"
holds "a list as records" field record "open_items assay.item.open_items[]"
holds "with their fields" field item.open_items "amount number money"
holds "parameters" field record "total_ar? number money"
holds "a test gives fields" field given "legal_dispute? boolean"
holds "and lists" field given "open_items? assay.given.open_items[]"
holds "and parameters" field params "total_ar? string|number"
holds "it expects outputs" field expected "credit_limit? string|number|assay.expectation"
holds "and what was decided before" field previous "risk_class? assay.choice.risk_class"
holds "codes are literals" grep -qx -- '---| "CAP_CONCENTRATION"' "$D"
sed -n '/^fields/,/^}/p' rules/distributor-credit/company.lua | sed -n 's/^  \([a-z_0-9]*\) = .*/\1/p' >"$T/fields"
while read -r name; do field given "$name?" || echo "$name"; done <"$T/fields" >"$T/lacking"
holds "no field is lacking" sh -c "[ \$(wc -l <'$T/fields') -gt 15 ] && [ ! -s '$T/lacking' ]"
holds "no label of a column is taken for a name" sh -c "! grep -E '^---@field [A-Za-z_0-9]*:' rules/*/.assay/assay.lua"

# What a person wrote stays.
echo '{ "Lua.workspace.library": ["../lib"] }' >rules/distributor-credit/.luarc.json
cp rules/distributor-credit/.luarc.json "$T/mine"
assay "a .luarc.json that is there" 0 editor distributor-credit
same "is left alone" rules/distributor-credit/.luarc.json "$T/mine"
says "and it is said what to add" out '"workspace.library": [".assay"]'
echo '{ "workspace": { "library": ["./.assay", "../lib"] } }' >rules/distributor-credit/.luarc.json
assay "one that knows the definition" 0 editor distributor-credit
silent "needs nothing" out "add to it"
printf '// a remark\n{}\n' >rules/distributor-credit/.luarc.json
assay "one with remarks" 0 editor distributor-credit
says "is told so" out "not plain JSON"

# A pack with mistakes.
assay "a new pack" 0 new rules/acme
says "says how completion comes" out "editor rules/acme"
assay "and has it" 0 editor rules/acme/
cp rules/acme/.assay/assay.lua "$T/good"
echo 'derive "x" { "no_such_field" }' >>rules/acme/credit.lua
assay "a pack with a mistake" 3 editor rules/acme
says "is told it" err "no_such_field"
same "and keeps the names that were known" rules/acme/.assay/assay.lua "$T/good"
rm -r rules/acme/.assay
assay "without any" 3 editor rules/acme
is_lua "it gets the words of the language" rules/acme/.assay/assay.lua
holds "and any name will do" grep -q '@field \[string\] any' rules/acme/.assay/assay.lua
assay "no such pack" 7 editor nowhere
assay "no pack at all" 2 editor
cp -r rules/real-estate-leads "$T/sealed" && rm -rf "$T/sealed/.assay" && touch "$T/sealed/.assay"
assay "a folder that cannot be made" 2 editor "$T/sealed"
says "is told" err "cannot be written"

# A language server, where there is one.
if command -v lua-language-server >/dev/null; then
  holds "the language server finds nothing" lua-language-server --check rules/real-estate-leads --checklevel=Warning
fi
