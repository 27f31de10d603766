#!/usr/bin/python3
"""Cron expressions, zones and moments by chance, and when they come by croniter: for tests/unit/test_cron_compare.

A line: expression, zone, moment, those that croniter says, those that our rules for daylight saving make of
croniter's calendar; moments in UTC seconds, tab between, blanks within a list.

  cron_cases.py COUNT SEED
"""
import heapq
import random
import sys
from datetime import datetime, timedelta, timezone
from zoneinfo import ZoneInfo

from croniter import croniter

UTC = timezone.utc
NEXT = 4
ZONES = """UTC Asia/Shanghai Asia/Kolkata Asia/Kathmandu Asia/Tehran Asia/Gaza Asia/Amman Asia/Beirut Asia/Tokyo
Europe/Berlin Europe/London Europe/Dublin Europe/Moscow Europe/Istanbul Africa/Casablanca Africa/Cairo
America/New_York America/Chicago America/St_Johns America/Sao_Paulo America/Havana America/Santiago
America/Asuncion America/Nuuk America/Los_Angeles America/Caracas Australia/Sydney Australia/Lord_Howe
Pacific/Auckland Pacific/Chatham Pacific/Apia Pacific/Kiritimati Antarctica/Troll Atlantic/Azores""".split()
MONTHS = "JAN FEB MAR APR MAY JUN JUL AUG SEP OCT NOV DEC".split()
DAYS = "SUN MON TUE WED THU FRI SAT".split()


def item(r, least, most, names=None):
    word = lambda v: names[v - least] if names and r.random() < 0.4 else str(v)
    kind = r.randrange(4)
    low, high = sorted((r.randint(least, most), r.randint(least, most)))
    if kind == 0 or low == high:
        return word(low)
    if kind == 1:
        return word(low) + "-" + word(high)
    step = r.randint(2, max(2, (most - least) // 2))
    return "%d-%d/%d" % (low, high, step) if kind == 2 else "*/%d" % step


def field(r, least, most, free, names=None):
    if r.random() < free:
        return "*"
    return ",".join(item(r, least, most, names) for _ in range(r.choice((1, 1, 1, 2, 3))))


def day_of_month(r):
    return "L" if r.random() < 0.1 else field(r, 1, 31, 0.5)


def day_of_week(r):
    """Ours and croniter's way to write it."""
    chance = r.random()
    day = r.randrange(7)
    if chance < 0.08:
        return "%dL" % day, "L%d" % day
    if chance < 0.16:
        return ("%s#%d" % (DAYS[day], r.randint(1, 5)),) * 2
    return (field(r, 0, 6, 0.5, DAYS),) * 2


def expression(r):
    minute = field(r, 0, 59, 0.15)
    hour = field(r, 0, 23, 0.3)
    day, month = day_of_month(r), field(r, 1, 12, 0.7, MONTHS)
    ours, theirs = day_of_week(r)
    rest, their_rest = [minute, hour, day, month, ours], [minute, hour, day, month, theirs]
    if r.random() < 0.2:
        second = r.choice(("0", "30", "*/20", "5,35"))
        return " ".join([second] + rest), " ".join(their_rest + [second])
    return " ".join(rest), " ".join(their_rest)


def offset(zone, moment):
    return datetime.fromtimestamp(moment, zone).utcoffset()


def changes(zone, year):
    """When the clock is set in that year."""
    first = int(datetime(year, 1, 1, tzinfo=UTC).timestamp())
    out = []
    for day in range(366):
        low, high = first + day * 86400, first + (day + 1) * 86400
        if offset(zone, low) == offset(zone, high):
            continue
        while high - low > 1:
            middle = (low + high) // 2
            if offset(zone, low) == offset(zone, middle):
                low = middle
            else:
                high = middle
        out.append(high)
    return out


def moments_of(local, zone):
    """All moments at which the clock shows it; and the first at which it shows that or a later time."""
    both = [int(local.replace(tzinfo=zone, fold=f).timestamp()) for f in (0, 1)]
    shown = [m for m in both if datetime.fromtimestamp(m, zone).replace(tzinfo=None) == local]
    if shown:
        return sorted(set(shown)), min(shown)
    low, high = min(both) - 1, max(both) + 1
    while high - low > 1:
        middle = (low + high) // 2
        if datetime.fromtimestamp(middle, zone).replace(tzinfo=None) >= local:
            high = middle
        else:
            low = middle
    return [], high


def every_hour(theirs):
    hours = croniter.expand(theirs)[0][1]
    return hours == ["*"] or len(hours) == 24


def walk_days(theirs, local):
    """croniter's local times; if both fields of days are restricted, those by either of them alone."""
    words = theirs.split()
    if "*" in (words[2], words[4]):
        yield from croniter(theirs, local).all_next(datetime)
    walks = [croniter(" ".join(words[:field] + ["*"] + words[field + 1:]), local).all_next(datetime)
             for field in (4, 2)]
    last = None
    for local in heapq.merge(*walks):
        if local != last:
            yield local
        last = local


def by_our_rules(theirs, zone, start):
    """croniter's calendar on a clock that is never set, put on the clock of the zone."""
    each = every_hour(theirs)
    out, stop = set(), None
    for local in walk_days(theirs, datetime.fromtimestamp(start, zone).replace(tzinfo=None) - timedelta(hours=26)):
        if stop and local > stop:
            break
        shown, reached = moments_of(local, zone)
        out.update(m for m in (shown if each else [reached]) if m > start)
        if len(out) >= NEXT and not stop:
            stop = local + timedelta(hours=3 if each else 0)
    return sorted(out)[:NEXT]


def by_croniter(theirs, zone, start):
    walk = croniter(theirs, datetime.fromtimestamp(start, zone))
    return [int(walk.get_next(float)) for _ in range(NEXT)]


def main(count, seed):
    r = random.Random(seed)
    zones = {name: ZoneInfo(name) for name in ZONES}
    known = {}
    while count:
        ours, theirs = expression(r)
        name, year = r.choice(ZONES), r.randint(2000, 2037)
        if (name, year) not in known:
            known[name, year] = changes(zones[name], year)
        start = int(datetime(year, 1, 1, tzinfo=UTC).timestamp()) + r.randrange(365 * 86400)
        if known[name, year] and r.random() < 0.6:
            start = r.choice(known[name, year]) + r.randint(-86400, 7200)
        try:
            raw, ruled = by_croniter(theirs, zones[name], start), by_our_rules(theirs, zones[name], start)
        except Exception:  # a date that never comes, or that croniter does not find
            continue
        if max(raw + ruled) > 2**31:
            continue
        print(ours, name, start, " ".join(map(str, raw)), " ".join(map(str, ruled)), sep="\t")
        count -= 1


main(int(sys.argv[1]), int(sys.argv[2]))
