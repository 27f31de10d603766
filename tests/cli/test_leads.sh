#!/bin/bash
# The pack real-estate-leads: its sample comes out value by value, its bad records with their codes.
# shellcheck source=tests/cli/lib.sh
. "$(dirname "$0")/lib.sh"
export ASSAY_DB=$T/leads.db

compare() { # expected.csv list.csv: by customer_id, column by column, in any order of columns
  python3 - "$1" "$2" <<'END'
import csv, sys
want, got = ({r["customer_id"]: r for r in csv.DictReader(open(f, encoding="utf-8", newline=""))} for f in sys.argv[1:])
bad = [f"{k}: missing" for k in want if k not in got] + [f"{k}: too many" for k in got if k not in want]
for k in want:
    if k in got and set(want[k]) != set(got[k]): bad.append(f"columns {sorted(set(want[k]) ^ set(got[k]))}")
    for c in want[k]:
        if k in got and want[k][c] != got[k].get(c): bad.append(f"{k} {c}: expected {want[k][c]!r}, got {got[k].get(c)!r}")
print("\n".join(bad[:40]))
sys.exit(bool(bad))
END
}

assay "check" 0 check "$LEADS"
assay "the sample" 0 run "$LEADS" --as-of "$AS_OF"
assay "list" 0 list real-estate-leads --format csv
cp out plain.csv
holds "is what is expected, value by value" compare "$LEADS/expected.csv" plain.csv
assay "rejects" 0 rejects real-estate-leads --format csv
holds "nobody is rejected" test "$(wc -l <out)" = 1
assay "the sample with its own parameters" 0 run "$LEADS" --params "$LEADS/params.csv"
assay "list" 0 list real-estate-leads --format csv
same "comes out the same" plain.csv out

mkdir data
cp "$LEADS/customers.csv" data/
sed 1d "$LEADS/bad_customers.csv" >>data/customers.csv
assay "with the bad records appended" 1 run "$LEADS" --data data --as-of "$AS_OF"
assay "list" 0 list real-estate-leads --format csv
same "no other result changes" plain.csv out
assay "rejects" 0 rejects real-estate-leads --format csv
cut -d, -f1,4,5 out | sed 1d >codes
cat >expected <<'END'
reject,X-D1,BAD_VALUE:unit_price
reject,X-D2,UNKNOWN_CHOICE:financing
reject,X-D3,BAD_VALUE:strategic
reject,X-D4,NEGATIVE:budget
reject,D2,DUPLICATE_ID
END
same "are exactly those" codes expected

assay "show D1" 0 show real-estate-leads D1
says "its limit" out "3,000,000.00"
assay "show a customer who is also a duplicate" 0 show real-estate-leads D2
says "tells both" out "DUPLICATE_ID"
assay "report in Chinese" 0 report real-estate-leads --lang zh
