#!/bin/bash
# The guide for rule admins: its examples are right, its commands run, its messages are those of assay.
# shellcheck source=tests/cli/lib.sh
. "$(dirname "$0")/lib.sh"
export PATH=$ROOT/${BUILD:-build}:$PATH ASSAY_RULES=$ROOT/rules
assay "a run to explain" 0 run real-estate-leads --db "$T/assay.db" --as-of "$AS_OF" --quiet
mkdir guide && cd guide && mv "$T/assay.db" . || exit 2
assay "a pack of one's own" 0 new rules/my-company
python3 "$ROOT/tests/tools/guide.py" "$ROOT/rules/README.md" "$ROOT"
