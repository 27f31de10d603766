#!/bin/bash
# Looking at a shipped pack's decisions, a customer's who is a duplicate as well, in both languages.
# shellcheck source=tests/cli/lib.sh
. "$(dirname "$0")/lib.sh"
export ASSAY_DB=$T/leads.db

mkdir data
cat "$LEADS/customers.csv" <(sed 1d "$LEADS/bad_customers.csv") >data/customers.csv
assay "a run with bad records" 1 run "$LEADS" --data data --as-of "$AS_OF"
assay "show D1" 0 show real-estate-leads D1
says "its limit" out "3,000,000.00"
assay "show a customer who is also a duplicate" 0 show real-estate-leads D2
says "tells both" out "DUPLICATE_ID"
assay "report in Chinese" 0 report real-estate-leads --lang zh
says "with the company's Chinese name" out "江畔置业"
says "and texts in Chinese" out "跟进已逾期"
