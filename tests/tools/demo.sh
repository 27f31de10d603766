#!/bin/sh
# make demo: grades the sample customers of rules/real-estate-leads and shows what came out.
set -eu
build=$1
db=$build/demo.db
rm -f "$db" "$db-wal" "$db-shm"
"$build/assay" run rules/real-estate-leads --db "$db" \
  --params rules/real-estate-leads/params.csv --quiet
