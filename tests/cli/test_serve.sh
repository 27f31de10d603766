#!/bin/bash
# assay serve: its API, from a client's side (tests/api).
# shellcheck source=tests/cli/lib.sh
. "$(dirname "$0")/lib.sh"
BUILD=${BUILD:-build} python3 "$ROOT/tests/api/test_api.py"
