#!/bin/bash
# The shipped packs: nothing to warn of, their tests hold, each sample comes out value by value, its bad
# records are refused with their codes and change nothing else, and the order of the files does not matter.
# shellcheck source=tests/cli/lib.sh
. "$(dirname "$0")/lib.sh"
export ASSAY_DB=$T/shipped.db

shuffle() { # from to: the header stays
  head -n 1 "$1" >"$2"
  sed 1d "$1" | shuf --random-source=<(yes "$3") >>"$2"
}

expected_rejects() { # pack
  case $1 in
  b2b-software) echo "X-A1,BAD_VALUE:employees X-A2,UNKNOWN_CHOICE:industry X-A3,NEGATIVE:deal_amount X-A4,BAD_VALUE:expected_close A1,DUPLICATE_ID" ;;
  distributor-credit) echo "X-B1,REQUIRED:terms_days X-B2,UNKNOWN_CHOICE:rating X-B3,NEGATIVE:sales_12m X-B4,BAD_VALUE:previous_limit B2,DUPLICATE_ID" ;;
  ecommerce-rfm) echo "X-C1,BAD_VALUE:late_count X-C2,REQUIRED:do_not_contact X-C3,NEGATIVE:late_count X-C4,UNKNOWN_CHOICE:touches.kind C3,DUPLICATE_ID" ;;
  real-estate-leads) echo "X-D1,BAD_VALUE:unit_price X-D2,UNKNOWN_CHOICE:financing X-D3,BAD_VALUE:strategic X-D4,NEGATIVE:budget D2,DUPLICATE_ID" ;;
  esac
}

for pack in b2b-software distributor-credit ecommerce-rfm real-estate-leads; do
  folder=$ROOT/rules/$pack
  params=(--params "$folder/params.csv")
  assay "$pack: check finds nothing" 0 check "$folder" --as-of "$AS_OF"
  assay "$pack: its tests hold" 0 test "$folder" --min 100%
  assay "$pack: the sample" 0 run "$folder" "${params[@]}"
  assay "$pack: list" 0 list $pack --format csv
  cp out plain.csv
  holds "$pack: is what is expected, value by value" compare "$folder/expected.csv" plain.csv
  assay "$pack: replay" 0 replay $pack

  rm -rf data && mkdir data
  for file in "$folder"/*.csv; do shuffle "$file" "data/$(basename "$file")" "$pack"; done
  assay "$pack: customers and related files shuffled" 0 run "$folder" --data data "${params[@]}"
  assay "$pack: list" 0 list $pack --format csv
  same "$pack: gives the same bytes" plain.csv out
  assay "$pack: with one thread" 0 run "$folder" --data data "${params[@]}" --threads 1 --kernels portable
  assay "$pack: list" 0 list $pack --format csv
  same "$pack: gives the same bytes as well" plain.csv out

  sed 1d "$folder/bad_customers.csv" >bad
  cat "$folder/customers.csv" bad >data/customers.csv
  assay "$pack: with the bad records appended" 1 run "$folder" --data data "${params[@]}"
  assay "$pack: list" 0 list $pack --format csv
  same "$pack: no other result changes" plain.csv out
  assay "$pack: rejects" 0 rejects $pack --format csv
  holds "$pack: are exactly those" test \
    "$(sed 1d out | cut -d, -f4,5 | tr '\n' ' ')" = "$(expected_rejects $pack) "
done
