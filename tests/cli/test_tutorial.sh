#!/bin/bash
# The tutorial of the guide, run exactly as it is printed.
# shellcheck source=tests/cli/lib.sh
. "$(dirname "$0")/lib.sh"
export PATH=$ROOT/${BUILD:-build}:$PATH
mkdir tutorial && cd tutorial || exit 2
python3 "$ROOT/tests/tools/tutorial.py" "$ROOT/rules/TUTORIAL.md"
