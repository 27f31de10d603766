#!/bin/bash
# assay check: what is waived and what is wrong about waivers, and what programs are given.
# shellcheck source=tests/cli/lib.sh
. "$(dirname "$0")/lib.sh"

LENIENT=$ROOT/tests/cli/packs/lenient
cp -r "$LENIENT" lenient
cp -r "$MINI" mini

field() { # python expression over the JSON document d of the last output
  python3 -c 'import json, sys; d = json.load(open(sys.argv[1], encoding="utf-8")); print(eval(sys.argv[2]))' "$T/out" "$1"
}
is() { # name expression expected
  local got
  got=$(field "$2" 2>&1)
  if [ "$got" = "$3" ]; then ok "$1"; else not_ok "$1" "expected $3, got $got"; fi
}
sarif() { # name: the last output is SARIF
  if python3 "$ROOT/tests/cli/sarif/check.py" "$T/out" >"$T/held" 2>&1; then ok "$1"; else not_ok "$1" "$(cat "$T/held")"; fi
}

# ---- waivers ----

assay "a pack in which all is waived" 0 check lenient
says "is told to be fine, with what is waived" out "0 warnings, 6 waived"
holds "and nothing else" test ! -s "$T/err"
assay "--waived" 0 check lenient --waived
says "shows them" err "lenient/terms.csv:3: waived: this row is never reached"
says "with their kinds" err "[masked-row]"
says "and the reasons" err "    because 旧条款，七月删除"
says "a reason goes on in an indented line" err "because the warehouse reads it from the table, not from the decision"
says "a whole table in a spreadsheet is waived beside its declaration" err "lenient/rules.lua:16: waived: no row"
says "the texts of codes in their header" err "lenient/reasons.en.csv:1: waived: the code HUGE has no text"
says "or in a line" err "lenient/reasons.en.csv:3: waived: no step gives the code SMALL"

for c in "run lenient --dry-run --quiet" "try lenient --set amount=5" "table lenient"; do
  # shellcheck disable=SC2086
  assay "assay $c" 0 $c
  silent "does not nag about what is waived" err "warning"
done

assay "a table to a spreadsheet" 0 table lenient terms --format csv
cp "$T/out" lenient/terms.csv
assay "and back" 0 check lenient
says "keeps what is waived" out "0 warnings, 6 waived"

sed -i '/^-- check: allow lua/d' lenient/rules.lua
assay "without one waiver" 1 check lenient
says "the finding is told" err 'lenient/rules.lua:3: warning: entry 2 of bands "level"'
says "with its kind behind it" err "stays exact [lua-arithmetic]"
says "and counted" out "1 warning, 5 waived"
assay "a run" 0 run lenient --dry-run --quiet
says "tells it as well" err "[lua-arithmetic]"
silent "but nothing that is waived" err "[code-not-listed]"

cp "$LENIENT"/* lenient
cat >>lenient/rules.lua <<'LUA'
-- check: allow gpa because of a slip of the pen
-- check: allow gap
-- check: allow no-effect because nothing is here
-- check: allow mistake because it must be possible
LUA
assay "waivers that are wrong" 1 check lenient
says "one of no such kind" err 'lenient/rules.lua:19: warning: there is no kind of finding "gpa" to be waived; did you mean gap? [waiver-unknown]'
says "one without a reason" err 'rules.lua:20: warning: the waiver of "gap" gives no reason, so it waives nothing [waiver-without-reason]'
says "with what to write" err "fix: say why: check: allow gap because ..."
says "one with nothing to waive" err 'rules.lua:21: warning: there is nothing to waive: no finding "no-effect" at line 21 [waiver-unused]'
says "one of a mistake" err "rules.lua:22: warning: a mistake cannot be waived"
says "all of them are counted" out "4 warnings, 6 waived"
assay "are not told by a run" 0 run lenient --dry-run --quiet
silent "which has other worries" err "warning"

# ---- formats ----

cp "$LENIENT"/* lenient
assay "as JSON" 0 check lenient --as-of $AS_OF --format json
holds "nothing goes to standard error" test ! -s "$T/err"
is "the pack" 'd["pack"]' lenient
is "its hash" 'len(d["hash"])' 64
is "the program's version" 'd["version"]' "$("$ASSAY" --version | cut -d' ' -f2)"
is "the moment" 'd["as_of"]' "$AS_OF"
is "the counts" '[d["summary"][k] for k in ("errors", "warnings", "waived")]' "[0, 0, 6]"
is "a finding: its keys" '" ".join(d["findings"][0])' "id severity file line message witness fix waived"
is "its place" '[(f["file"], f["line"]) for f in d["findings"] if f["id"] == "masked-row"]' "[('lenient/terms.csv', 3)]"
is "its witness" '[f["witness"] for f in d["findings"] if f["id"] == "masked-row"]' "['{ amount = 200 }']"
is "why it is waived" '[f["waived"]["because"] for f in d["findings"] if f["id"] == "masked-row"]' "['旧条款，七月删除']"

assay "as SARIF" 0 check lenient --as-of $AS_OF --format sarif
sarif "it is as the standard says"
is "a rule for each kind, and for mistakes" 'd["runs"][0]["tool"]["driver"]["rules"][-1]["id"]' mistake
is "results" 'len(d["runs"][0]["results"])' 6
is "suppressed with the reason" '[r["suppressions"][0]["justification"] for r in d["runs"][0]["results"] if r["ruleId"] == "gap"]' "['below 10 nothing is owed']"
is "a place" 'd["runs"][0]["results"][0]["locations"][0]["physicalLocation"]["artifactLocation"]["uri"]' lenient/reasons.en.csv
cp "$T/out" first.sarif
prints='sorted((r["ruleId"], r["partialFingerprints"]["findingInLine/v1"]) for r in d["runs"][0]["results"])'
before=$(field "$prints")
sed -i '1i -- A line more.\n' lenient/rules.lua
sed -i '2i ,,,\n0,>= 900,60,' lenient/terms.csv
assay "with lines that moved" 0 check lenient --as-of $AS_OF --format sarif
is "lines are others" '[r["locations"][0]["physicalLocation"]["region"]["startLine"] for r in d["runs"][0]["results"] if r["ruleId"] == "masked-row"]' "[5]"
is "fingerprints are the same" "$prints" "$before"

mkdir -p "自 己/x"
cp -r "$LENIENT" "自 己/x/lenient"
assay "a folder with blanks and Chinese" 0 check "自 己/x/../x/lenient" --format sarif
sarif "is a URI"
is "percent-encoded and normalized" 'd["runs"][0]["results"][0]["locations"][0]["physicalLocation"]["artifactLocation"]["uri"]' "%E8%87%AA%20%E5%B7%B1/x/lenient/reasons.en.csv"
(cd "自 己" && "$ASSAY" check ../lenient --format sarif >"$T/out" 2>"$T/err")
sarif "a pack beside the working folder is named from the root"
(cd "自 己" && "$ASSAY" check "$T/自 己/x/lenient" --format sarif >"$T/out" 2>"$T/err")
is "one below it is relative, however it was named" 'd["runs"][0]["results"][0]["locations"][0]["physicalLocation"]["artifactLocation"]["uri"]' x/lenient/reasons.en.csv

cp -r "$ROOT/tests/cli/packs/broken" broken
assay "a pack that does not load, as JSON" 3 check broken --format json
is "has its mistakes" '[(f["id"], f["severity"], f["waived"]) for f in d["findings"]]' "[('mistake', 'error', None)]"
echo "x =" >>broken/rules.lua
assay "a script that is not read to its end" 3 check broken --format json
is "leaves no hash" 'd["hash"]' None
is "but a name" 'd["pack"]' broken
is "and a mistake with its place" '[(f["id"], f["file"], f["line"]) for f in d["findings"]]' "[('mistake', 'broken/rules.lua', 3)]"
assay "as SARIF" 3 check broken --format sarif
sarif "it is as the standard says"
is "a mistake is an error" '[(r["ruleId"], r["level"]) for r in d["runs"][0]["results"]]' "[('mistake', 'error')]"
says "the verdict is told" err "the pack broken has 1 error"
assay "a pack without findings" 0 check mini --format sarif
sarif "has no results"
is "none" 'd["runs"][0]["results"]' "[]"
assay "a pack that is not there" 7 check nothere --format json

# ---- the kinds ----

assay "--kinds" 0 check --kinds
says "lists them" out "masked-row"
says "with what they mean" out "    a row from which those above it take everything"
says "and what to do" out "    Move the row up, or leave it out."
assay "--kinds as JSON" 0 check --kinds --format json
is "the same" '[k["help"] for k in d if k["id"] == "masked-row"]' "['Move the row up, or leave it out.']"
assay "--kinds of a pack" 2 check mini --kinds
assay "--kinds as SARIF" 2 check --kinds --format sarif
assay "no pack" 2 check
says "shows the usage" err "assay check PACK"

# ---- a characteristic that tests nothing, but computes its points ----

mkdir -p computed
cat >computed/company.lua <<'END'
company { name = "Computed", currency = "EUR", timezone = "+01:00", scripts = { "rules" } }
fields { id = key, days = integer { required = true } }
source { plugin = "csv", path = "c.csv" }
outputs { "score" }
END
cat >computed/rules.lua <<'END'
scorecard "score" {
  characteristic { "late", points = "days * 2" },
  characteristic { "later", type = decimal(2), points = function(c) return c.days * 3 end },
}
END
assay "points that are computed from nothing that is tested" 0 check computed
