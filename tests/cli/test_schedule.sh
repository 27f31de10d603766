#!/bin/bash
# When runs are due: assay schedule.
# shellcheck source=tests/cli/lib.sh
. "$(dirname "$0")/lib.sh"

mkdir "$T/timed"
cp "$ROOT"/tests/packs/wrong/base/* "$T/timed"
assay "a pack without schedules" 0 schedule "$T/timed"
says "is told how one is written" out 'timed has no schedule; one in its company.lua is schedule "nightly"'
cat >>"$T/timed/company.lua" <<'LUA'
schedule "nightly" { cron = "30 2 * * *", timezone = "Europe/Berlin", jitter = "5m", retries = 3, deadline = "2h" }
schedule "month_start" { workday = 1, at = "02:30" }
schedule "hourly" { every = "1h", missed = "all", overlap = "queue" }
LUA

assay "schedules" 0 schedule "$T/timed" --next 3 --from 2026-03-28T12:00:00+01:00
says "are described" out "nightly: cron 30 2 * * * in Europe/Berlin; missed once, overlap skip, jitter up to 5m, 3 retries after 1m to 30m, deadline 2h"
says "in local time and UTC, with what daylight saving skips" out "  Sun 2026-03-29 03:00:00 +02:00  2026-03-29T01:00:00Z  starts 03:0"
says "and why" out "02:30:00 is skipped by daylight saving: the first moment after it"
says "the day after is as usual" out "  Mon 2026-03-30 02:30:00 +02:00  2026-03-30T00:30:00Z"
says "working days are the company's" out "  Wed 2026-04-01 02:30:00 +08:00  2026-03-31T18:30:00Z"
says "intervals are elapsed time" out "  Sat 2026-03-28 20:00:00 +08:00  2026-03-28T12:00:00Z"
says "with their policies" out "hourly: every 1h in +08:00; missed all, overlap queue"
holds "so many of each" test "$(grep -c '^  ' "$T/out")" = 9

assay "one schedule, in autumn" 0 schedule "$T/timed" nightly --next 1 --from 2026-10-24T12:00:00Z
says "the first of two" out "Sun 2026-10-25 02:30:00 +02:00  2026-10-25T00:30:00Z"
says "is said to be" out "02:30:00 comes twice: the first time"

assay "as JSON" 0 schedule "$T/timed" --json --next 1 --from 2026-03-28T12:00:00+01:00
holds "it is one object with numbers" python3 -c '
import json, sys
o = json.load(open(sys.argv[1]))
n = o["schedules"][0]
assert o["pack"] == "timed" and len(o["schedules"]) == 3
assert n["name"] == "nightly" and n["jitter"] == 300 and n["deadline"] == 7200
assert n["next"][0]["due"] == "2026-03-29T03:00:00+02:00"
assert n["next"][0]["utc"] == "2026-03-29T01:00:00Z"
assert n["next"][0]["starts"] >= n["next"][0]["due"]
assert "skipped" in n["next"][0]["note"]
assert o["schedules"][1]["next"][0]["note"] is None' "$T/out"

assay "a schedule that is not there" 7 schedule "$T/timed" nigtly
says "is told with what was meant" err "the pack timed has no schedule nigtly; did you mean nightly?"
assay "a moment that is none" 2 schedule "$T/timed" --from yesterday
says "says how one is written" err "--from: expected a moment such as"
assay "no due times" 2 schedule "$T/timed" --next 0
echo 'schedule "never" { cron = "0 0 31 2 *" }' >>"$T/timed/company.lua"
assay "a date that never comes" 3 schedule "$T/timed"
says "is refused" err "this date never comes: month \"2\" has no day \"31\""
