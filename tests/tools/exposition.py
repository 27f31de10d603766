#!/usr/bin/env python3
"""Reads the Prometheus text format 0.0.4 on standard input as strictly as its description says: HELP and TYPE
before the samples of a family, families in one piece, names and labels of their form, escapes, no series
twice, histograms cumulative with +Inf equal to _count. Ends with 1 and the line at fault."""
import math
import re
import sys

NAME = re.compile(r"[a-zA-Z_:][a-zA-Z0-9_:]*")
LABEL = re.compile(r'([a-zA-Z_][a-zA-Z0-9_]*)="((?:[^"\\\n]|\\["\\n])*)"(,|$)')
SUFFIXES = {"histogram": ("_bucket", "_sum", "_count")}
BASE_UNITS = re.compile(r"(millis|micros|ms|minutes|hours|kb|mb|percent)(_|$)")


def fail(number, why):
    sys.exit(f"line {number}: {why}")


def labels_of(text, number):
    found, at = [], 0
    while at < len(text):
        m = LABEL.match(text, at)
        if not m:
            fail(number, f"labels: {text[at:]!r}")
        found.append((m[1], m[2]))
        at = m.end()
    names = [n for n, _ in found]
    if len(set(names)) != len(names):
        fail(number, "a label twice")
    return found


def value_of(text, number):
    if text in ("+Inf", "-Inf", "NaN"):
        return float(text.replace("Inf", "inf"))
    if not re.fullmatch(r"[-+]?[0-9.]+(e[-+]?[0-9]+)?", text):
        fail(number, f"value {text!r}")
    return float(text)


def check_histogram(name, series, number):
    groups = {}
    for suffix, labels, value in series:
        own = tuple(p for p in labels if p[0] != "le")
        groups.setdefault(own, {"buckets": []})
        if suffix == "_bucket":
            bound = dict(labels).get("le")
            if bound is None:
                fail(number, f"{name}: a bucket without le")
            groups[own]["buckets"].append((value_of(bound, number), value))
        else:
            groups[own][suffix] = value
    for own, g in groups.items():
        bounds = [b for b, _ in g["buckets"]]
        counts = [c for _, c in g["buckets"]]
        if bounds != sorted(bounds) or not bounds or not math.isinf(bounds[-1]):
            fail(number, f"{name}{own}: bounds {bounds}")
        if counts != sorted(counts) or counts[-1] != g.get("_count"):
            fail(number, f"{name}{own}: counts {counts}")


def main():
    text = sys.stdin.buffer.read().decode("utf-8")
    if text and not text.endswith("\n"):
        fail("last", "does not end with a newline")
    helped, kinds, done, seen, current, series = set(), {}, set(), set(), None, []
    number = 0

    def close():
        if current and kinds.get(current) == "histogram":
            check_histogram(current, series, number)
        if current:
            done.add(current)

    for number, line in enumerate(text.split("\n")[:-1], 1):
        m = re.fullmatch(r"# (HELP|TYPE) (\S+) (.*)", line)
        if m:
            name = m[2]
            if not NAME.fullmatch(name) or name in done:
                fail(number, f"{name}: no name, or stands in two places")
            if m[1] == "HELP":
                if name in helped or not m[3] or re.search(r"\\(?![\\n])", m[3]):
                    fail(number, f"{name}: HELP twice, empty, or badly escaped")
                helped.add(name)
                close()
                current, series = name, []
            else:
                if name != current or name in kinds or m[3] not in ("counter", "gauge", "histogram"):
                    fail(number, f"{name}: TYPE {m[3]}")
                kinds[name] = m[3]
                if (m[3] == "counter") != name.endswith("_total"):
                    fail(number, f"{name}: a counter, and only a counter, ends with _total")
                if BASE_UNITS.search(name):
                    fail(number, f"{name}: not a base unit")
            continue
        m = re.fullmatch(r"([a-zA-Z_:][a-zA-Z0-9_:]*)(?:\{(.*)\})? (\S+)", line)
        if not m:
            fail(number, f"neither a comment nor a sample: {line!r}")
        name, labels, value = m[1], labels_of(m[2] or "", number), value_of(m[3], number)
        kind = kinds.get(current)
        suffixes = SUFFIXES.get(kind, ("",))
        suffix = next((s for s in suffixes if name == f"{current}{s}"), None)
        if suffix is None:
            fail(number, f"{name} stands below {current}")
        if (name, tuple(sorted(labels))) in seen:
            fail(number, f"the series {line!r} stands twice")
        seen.add((name, tuple(sorted(labels))))
        if kind == "counter" and value < 0:
            fail(number, "a counter below zero")
        series.append((suffix, labels, value))
    close()
    print(f"{len(kinds)} families, {len(seen)} samples")


main()
