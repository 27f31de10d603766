"""Checks a SARIF 2.1.0 file: check.py FILE. Prints what is wrong; ends with 1 if something is."""
import json
import os
import re
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
wrong = []


def need(true, what):
    if not true:
        wrong.append(what)


def check_schema(log):
    try:
        import jsonschema
    except ImportError:
        print("no jsonschema: only checked by hand")
        return
    with open(os.path.join(HERE, "sarif-schema-2.1.0.json"), encoding="utf-8") as f:
        schema = json.load(f)
    for e in jsonschema.Draft4Validator(schema).iter_errors(log):
        wrong.append(f"{'/'.join(map(str, e.path))}: {e.message[:200]}")


def check_rules(rules):
    ids = [r["id"] for r in rules]
    need(len(set(ids)) == len(ids), "two rules of one id")
    for r in rules:
        need(r["shortDescription"]["text"], f"rule {r['id']} has no description")
        need(r["help"]["text"], f"rule {r['id']} has no help")
        level = "error" if r["id"] == "mistake" else "warning"
        need(r["defaultConfiguration"]["level"] == level, f"rule {r['id']} is no {level}")


def check_place(place):
    uri = place["artifactLocation"]["uri"]
    need(re.fullmatch(r"(?:[A-Za-z0-9._~!$&'()*+,;=@/:-]|%[0-9A-F]{2})+", uri), f"no URI: {uri}")
    need(".." not in uri.split("/"), f"not normalized: {uri}")
    if uri.startswith("file:///"):
        need("uriBaseId" not in place["artifactLocation"], f"an absolute URI with a base: {uri}")
    else:
        need(not uri.startswith("/") and ":" not in uri, f"not relative: {uri}")
        need(place["artifactLocation"].get("uriBaseId") == "%SRCROOT%", f"no base: {uri}")
    need(place.get("region", {"startLine": 1})["startLine"] >= 1, f"{uri}: lines begin with 1")


def check_result(result, rules):
    need(rules[result["ruleIndex"]]["id"] == result["ruleId"], f"ruleIndex of {result['ruleId']}")
    need(result["level"] in ("error", "warning"), "a level")
    need(result["level"] == "warning" or not result["suppressions"], "a mistake is suppressed")
    need(result["message"]["text"], "a message")
    for location in result.get("locations", []):
        check_place(location["physicalLocation"])
    for s in result["suppressions"]:
        need(s["kind"] == "inSource" and s["status"] == "accepted" and s["justification"], "a suppression")
    need(list(result["partialFingerprints"]) == ["findingInLine/v1"], "a fingerprint")


def main():
    with open(sys.argv[1], encoding="utf-8") as f:
        log = json.load(f)
    check_schema(log)
    need(log["version"] == "2.1.0" and len(log["runs"]) == 1, "version, runs")
    run = log["runs"][0]
    driver = run["tool"]["driver"]
    need(driver["name"] == "assay" and re.fullmatch(r"\d+\.\d+\.\d+", driver["version"]), "the driver")
    check_rules(driver["rules"])
    for result in run["results"]:
        check_result(result, driver["rules"])
    prints = [r["partialFingerprints"]["findingInLine/v1"] for r in run["results"]]
    need(len(set(prints)) == len(prints), "two findings of one fingerprint")
    print("\n".join(wrong))
    return bool(wrong)


sys.exit(main())
