#!/bin/bash
# try: one record made by hand, with the pack as it stands; nothing is stored.
# shellcheck source=tests/cli/lib.sh
. "$(dirname "$0")/lib.sh"
export ASSAY_DB=$T/try.db
cp -r "$LEADS" leads
needed=(--set units_bought=0 --set strategic=false --set hold_forfeited=false --set do_not_contact=false)
try() { # name expected-status arguments...
  local name=$1 status=$2
  shift 2
  assay "$name" "$status" try leads --as-of "$AS_OF" "$@"
}

try "a record with what is required" 0 "${needed[@]}" --set financing=cash --set expected_purchase=2025-10-01
says "is decided" out "urgency         eager"
says "with its reasons spelled out" out "NO_CONTACT_YET  Nobody has spoken"
says "and its warnings" out "DATA_MISSING:budget  "
try "in Chinese" 0 "${needed[@]}" --lang zh
says "has the reasons in Chinese" out "尚未联系过该客户"
holds "nothing is stored" test ! -e try.db
try "nothing at all" 2
says "is told everything that is required" err "requires units_bought, strategic, hold_forfeited, do_not_contact"
try "a field that does not exist" 2 "${needed[@]}" --set buget=5
says "is told what was meant" err 'did you mean "budget"?'
try "a value that is refused" 1 "${needed[@]}" --set budget=-5
says "is told as a source's would be" err "the record is refused: NEGATIVE:budget"
try "an empty value" 0 "${needed[@]}" --set budget=
says "is missing" out "DATA_MISSING:budget"
try "explained" 0 "${needed[@]}" --set financing=cash --explain
says "is a tree" out "├─ financing"
says "of a record made by hand" out "made by hand, not stored"
try "as JSON" 0 "${needed[@]}" --format json
says "is the outputs" out '"priority":"P3"'
try "without a value" 2 --set financing
says "says how it is written" err "NAME=VALUE"

# ---- from a stored decision
assay "a run to begin from" 0 run leads --as-of "$AS_OF"
assay "from a customer, unchanged" 0 try leads --from D1 --format json
says "is the stored decision" out '"score":93.25,"priority":"P1"'
assay "from a customer, one value changed" 0 try leads --from D1 --set financing=none
says "is decided with it" out "score           81.25"
assay "from a customer, a value taken away" 0 try leads --from D1 --set visits=
says "counts as missing" out "DATA_MISSING:visits"
assay "from a customer who is not there" 7 try leads --from D9999

# ---- related records, from a JSON file or written out
mkdir lists
cat >lists/company.lua <<'END'
company { name = "Lists", currency = "CNY", timezone = "+08:00", scripts = { "rules" } }
source { plugin = "csv", path = "c.csv" }
fields { id = key, rating = choice { "A", "B" } }
related "items" { source = { plugin = "csv", path = "items.csv" }, key = "id",
  fields = { due = date, amount = money { min = 0 } } }
outputs { "overdue", "grade", "was" }
END
cat >lists/rules.lua <<'END'
derive "overdue" { sum = "amount", of = "items", where = "due < today" }
decision_table "grade" { type = choice { "good", "bad" }, inputs = { "overdue", "rating" },
  { "<= 100", "A", "good" }, { "-", "-", "bad" } }
derive "was" { 'previous("grade")' }
END
printf 'id,rating\nL1,A\n' >lists/c.csv
printf 'id,due,amount\nL1,2025-09-01,70.00\nL1,2025-12-01,900.00\n' >lists/items.csv
assay "related records written out" 0 try lists --as-of "$AS_OF" --set rating=A --format json \
  --set items='[{"due":"2025-09-01","amount":"60.50"},{"due":"2025-09-02","amount":40},{"due":"2026-01-01","amount":"500"}]'
says "are added up" out '{"overdue":100.50,"grade":"bad","was":null}'
cat >record.json <<'END'
{ "rating": "A", "items": [ { "due": "2025-09-01", "amount": "60.50" } ], "previous": { "grade": "bad" } }
END
assay "a record from a file" 0 try lists --as-of "$AS_OF" --record record.json --format json
says "has its lists and its previous values" out '{"overdue":60.50,"grade":"good","was":"bad"}'
assay "what is set over the file" 0 try lists --as-of "$AS_OF" --record record.json --set rating=B --previous grade=good --format json
says "counts" out '{"overdue":60.50,"grade":"bad","was":"good"}'
assay "a list that is no JSON" 2 try lists --set items='[{'
says "says where" err "--set items: line 1"
assay "a list that is an object" 2 try lists --set items='{}'
says "says how one is written" err "a list of records is written"
assay "a field of a record that does not exist" 2 try lists --set items='[{"amout":"1"}]'
says "is told what was meant" err 'did you mean "amount"?'
assay "a file that is not there" 2 try lists --record none.json
says "is named" err "--record none.json"
assay "a run of it" 0 run lists --as-of "$AS_OF"
assay "previous values of a known customer" 0 try lists --as-of "$AS_OF" --set id=L1 --set rating=B --known --format json
says "are those of the run" out '"grade":"bad","was":"good"'
assay "and of an unknown one" 0 try lists --as-of "$AS_OF" --set id=L9 --set rating=B --known --format json
says "are missing" out '"grade":"bad","was":null'
assay "known, and previous values by hand" 2 try lists --set id=L1 --known --previous grade=good
says "cannot both hold" err "only one of the two can hold"
assay "from a decision with an aggregate" 0 try lists --from L1 --format json
says "has the aggregate that the decision keeps" out '"overdue":70.00,"grade":"good"'
assay "an aggregate set by hand" 0 try lists --from L1 --set overdue=100.01 --format json
says "counts" out '"overdue":100.01,"grade":"bad"'
assay "one that is no amount" 2 try lists --from L1 --set overdue=much
says "is told" err '--set overdue: "much" is no money'
assay "the decision explained" 0 explain lists L1
says "names what the aggregate was made of" out "sum = amount, of = items, where = due < today"
assay "and replayed" 0 replay lists
