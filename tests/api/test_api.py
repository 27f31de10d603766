"""The HTTP API against a running service: what it answers, what it refuses, and to whom."""
import csv
import json
import os
import shutil
import socket
import sys
import tempfile
import threading
import time
import urllib.parse

from service import ROOT, Service, done, ok
from described import judge

AS_OF = "2025-09-26T15:00:00+08:00"
folder = tempfile.mkdtemp(prefix="assay-api-")
os.mkdir(os.path.join(folder, "rules"))
for name in ("real-estate-leads", "distributor-credit"):
    shutil.copytree(os.path.join(ROOT, "rules", name), os.path.join(folder, "rules", name))
if os.path.isdir(os.path.join(ROOT, "rules", "lib")):
    shutil.copytree(os.path.join(ROOT, "rules", "lib"), os.path.join(folder, "rules", "lib"))
s = Service(folder, "--rate", "0", "--body", "200000")
LEADS = "/v1/packs/real-estate-leads"
CREDIT = "/v1/packs/distributor-credit"


def says(name, answer, status, kind=None, text=None):
    fine = answer.status == status
    if fine and kind:
        fine = answer.json()["type"] == "/problems/" + kind and answer.headers["content-type"].startswith("application/problem+json")
    if fine and text:
        fine = text in answer.body.decode()
    return ok(name, fine, answer)


# ---- the service
says("health needs no token", s.ask("GET", "/healthz", token=None), 200, text='"status":"ok"')
says("the description needs no token", s.ask("GET", "/openapi.json", token=None), 200, text='"openapi": "3.1.0"')
says("metrics need one", s.ask("GET", "/metrics", token=None), 401, "token")
says("an address that is none", s.ask("GET", "/v1/nothing"), 404, "not-found")
a = s.ask("PUT", "/v1/packs")
says("another method", a, 405, "method")
ok("tells those that are allowed", a.headers.get("allow") == "GET", a.headers)
packs = s.ask("GET", "/v1/packs").json()["packs"]
ok("both packs are served", [p["name"] for p in packs] == ["distributor-credit", "real-estate-leads"] and not any(p["broken"] for p in packs), packs)

# ---- tokens
reader = s.ask("POST", "/v1/tokens", {"name": "看板", "scopes": ["read"], "packs": ["real-estate-leads"]}).json()
other = s.ask("POST", "/v1/tokens", {"name": "other", "scopes": ["read", "evaluate", "operate"], "packs": ["distributor-credit"]}).json()
admin = s.ask("POST", "/v1/tokens", {"name": "admin", "scopes": ["admin"], "expires_in_days": 1}).json()
says("a token without a name", s.ask("POST", "/v1/tokens", {"scopes": ["read"]}), 400, "request", '"field":"name"')
says("a token with a scope that is none", s.ask("POST", "/v1/tokens", {"name": "x", "scopes": ["reed"]}), 400, "request", '"field":"scopes"')
says("a token that nobody made", s.ask("GET", "/v1/packs", token="assay_" + "x" * 43), 401, "token")
ok("a token sees its packs alone", [p["name"] for p in s.ask("GET", "/v1/packs", token=reader["token"]).json()["packs"]] == ["real-estate-leads"])
for path in (CREDIT, CREDIT + "/decisions", CREDIT + "/decisions/B1", CREDIT + "/alerts", CREDIT + "/rejects"):
    says("another company's " + path + " is not there", s.ask("GET", path, token=reader["token"]), 404, "not-found")
says("reading is not evaluating", s.ask("POST", LEADS + "/evaluate", {"record": {}}, token=reader["token"]), 403, "scope", "evaluate")
says("nor running", s.ask("POST", LEADS + "/runs", token=reader["token"]), 403, "scope", "operate")
says("nor making tokens", s.ask("GET", "/v1/tokens", token=reader["token"]), 403, "scope")
says("nor what is of all packs", s.ask("GET", "/metrics", token=reader["token"]), 403, "scope", "of all packs")
a = s.ask("GET", "/metrics")
ok("metrics count what happened", a.status == 200 and b"# TYPE assay_" in a.body, a)
says("an admin lists them", s.ask("GET", "/v1/tokens", token=admin["token"]), 200, text="看板")

# ---- runs
says("nothing is published yet", s.ask("GET", LEADS + "/decisions"), 404, "not-found", "no published run")
says("an order with a mistake", s.ask("POST", LEADS + "/runs", {"as_off": AS_OF}), 400, "request", "did you mean as_of?")
says("an order with a moment that is none", s.ask("POST", LEADS + "/runs", {"as_of": "noon"}), 400, "request", '"field":"as_of"')
says("files are the owner's", s.ask("POST", CREDIT + "/runs", {"data": "/etc"}, token=other["token"]), 400, "request", "there is no data")
a = s.ask("POST", LEADS + "/runs", {"as_of": AS_OF})
says("a run is started", a, 202)
run = s.wait_run(a.json()["id"])
ok("and published", run["state"] == "done" and run["records"] == 60 and run["published_run"], run)
ok("its address was told", a.headers["location"] == "/v1/runs/%d" % run["id"])
says("another company does not see it", s.ask("GET", a.headers["location"], token=other["token"]), 404, "not-found")
ok("nor in the list", s.ask("GET", "/v1/runs", token=other["token"]).json()["runs"] == [])
total = {r["name"]: r["value"] for r in csv.DictReader(open(os.path.join(folder, "rules/distributor-credit/params.csv")))}
a = s.ask("POST", CREDIT + "/runs", {"as_of": AS_OF, "params": {"total_ar": total["total_ar"]}}, token=other["token"])
credit = s.wait_run(a.json()["id"])
ok("a run with parameters", credit["state"] == "done", credit)
a = s.ask("POST", CREDIT + "/runs", {"params": {"total_ra": 1}})
failing = s.wait_run(a.json()["id"])
ok("one whose parameters are wrong fails", failing["state"] == "failed" and "total_ra" in failing["message"], failing)
says("one that is over is not cancelled", s.ask("POST", "/v1/runs/%d/cancel" % run["id"]), 404, "not-found")

# ---- decisions
page = s.ask("GET", LEADS + "/decisions?limit=7&sort=-score")
says("a page of decisions", page, 200)
keys, answer = [], page.json()
for _ in range(20):
    keys += [d["customer_id"] for d in answer["decisions"]]
    if not answer["next"]:
        break
    answer = s.ask("GET", LEADS + "/decisions?limit=7&sort=-score&run=%(run)d&after=%(after)s" % answer["next"]).json()
ok("page by page, each customer once", len(keys) == 60 and len(set(keys)) == 60, keys)
expected = {r["customer_id"]: r for r in csv.DictReader(open(os.path.join(ROOT, "rules/real-estate-leads/expected.csv")))}
listed = {d["customer_id"]: d for d in s.ask("GET", LEADS + "/decisions?limit=100").json()["decisions"]}
ok("as expected.csv says", all(listed[k]["outputs"]["priority"] == e["priority"] and listed[k]["outputs"]["score"] == e["score"] for k, e in expected.items()))
found = s.ask("GET", LEADS + "/decisions?priority=P1&score>=90").json()["decisions"]
ok("conditions hold", found and all(d["outputs"]["priority"] == "P1" and float(d["outputs"]["score"]) >= 90 for d in found), found)
says("a condition on what is none", s.ask("GET", LEADS + "/decisions?prority=P1"), 400, "request", "did you mean priority?")
says("a page of no size", s.ask("GET", LEADS + "/decisions?limit=0"), 400, "request", '"field":"limit"')
one = s.ask("GET", LEADS + "/decisions/D1", token=reader["token"])
says("one decision", one, 200, text='"credit_limit":3000000.00')
says("the client has it already", s.ask("GET", LEADS + "/decisions/D1", headers={"If-None-Match": one.headers["etag"]}), 304)
says("in Chinese", s.ask("GET", LEADS + "/decisions/D057?lang=zh"), 200)
says("a customer who is none", s.ask("GET", LEADS + "/decisions/nobody"), 404, "not-found")
says("a customer with a strange name", s.ask("GET", LEADS + "/decisions/" + urllib.parse.quote("a/b 张", safe="")), 404, "not-found")
explained = s.ask("GET", LEADS + "/decisions/D1/explanation")
says("why", explained, 200, text='"identical":true')
says("why not", s.ask("GET", LEADS + "/decisions/D1/explanation?why_not=priority%3DP3"), 200)
says("why not what is no value", s.ask("GET", LEADS + "/decisions/D1/explanation?why_not=priority%3DP9"), 400, "request")
says("alerts", s.ask("GET", CREDIT + "/alerts"), 200)
says("rejects", s.ask("GET", LEADS + "/rejects"), 200, text='"rejects":[')
says("a run that is not stored", s.ask("GET", LEADS + "/decisions?run=999"), 404, "not-found")

# ---- evaluating
rows = list(csv.DictReader(open(os.path.join(ROOT, "rules/real-estate-leads/customers.csv"))))
wrong = []
connection = s.connect("owner")
for row in rows:
    record = {k: v for k, v in row.items() if v != ""}
    a = s.ask("POST", LEADS + "/evaluate", {"record": record, "as_of": AS_OF}, connection=connection)
    got = a.json().get("outputs") if a.status == 200 else str(a)
    if got != listed[row["customer_id"]]["outputs"]:
        wrong.append((row["customer_id"], got))
ok("each sample customer by itself gets what the run decided", not wrong, wrong[:2])
a = s.ask("POST", LEADS + "/evaluate", {"records": [{k: v for k, v in r.items() if v != ""} for r in rows], "as_of": AS_OF})
ok("and all at once", a.status == 200 and [d["outputs"] for d in a.json()["decisions"]] == [listed[r["customer_id"]]["outputs"] for r in rows], a)
says("a field that is none", s.ask("POST", LEADS + "/evaluate", {"record": {"bugdet": 1}}), 400, "request", "did you mean")
says("a record that is refused is an answer", s.ask("POST", LEADS + "/evaluate", {"record": dict(rows[0], budget="many")}), 200, text='"status":"rejected"')
says("no JSON", s.ask("POST", LEADS + "/evaluate", "{nope"), 400, "request")
says("no record", s.ask("POST", LEADS + "/evaluate", {}), 400, "request", '"field":"record"')
says("bad UTF-8", s.ask("POST", LEADS + "/evaluate", b'{"record":{"name":"\xff\xfe"}}'), 400, "request")
says("a name twice", s.ask("POST", LEADS + "/evaluate", '{"record":{"name":"a","name":"b"}}'), 400, "request")
says("deep nesting", s.ask("POST", LEADS + "/evaluate", "[" * 100 + "]" * 100), 400, "request")
says("too long a body", s.ask("POST", LEADS + "/evaluate", b" " * 300000), 413, "too-long")
record = {k: v for k, v in rows[0].items() if v != ""}
a = s.ask("POST", LEADS + "/evaluate", {"record": record, "as_of": AS_OF, "explain": True})
says("with its explanation", a, 200, text='"explanation":{')

# ---- many at once
errors = []


def hammer(n):
    try:
        c = s.connect("owner")
        for i in range(n):
            r = rows[i % len(rows)]
            a = s.ask("POST", LEADS + "/evaluate", {"record": {k: v for k, v in r.items() if v != ""}, "as_of": AS_OF}, connection=c)
            if a.status != 200 or a.json()["outputs"] != listed[r["customer_id"]]["outputs"]:
                errors.append(str(a))
    except Exception as e:  # a thread has nowhere else to say it
        errors.append(repr(e))


threads = [threading.Thread(target=hammer, args=(100,)) for _ in range(8)]
for t in threads:
    t.start()
time.sleep(0.1)
# meanwhile a pack changes, for the worse and for the better
rules = os.path.join(folder, "rules/real-estate-leads/classification.lua")
good = open(rules, encoding="utf-8").read()
open(rules, "w", encoding="utf-8").write(good + "\nbands {\n")
for t in threads:
    t.join()
ok("eight at once get their own answers", not errors, errors[:3])


def until(test, seconds=10):
    for _ in range(int(seconds * 20)):
        if test():
            return True
        time.sleep(0.05)
    return False


def state():
    return s.ask("GET", LEADS).json()


before = [p for p in packs if p["name"] == "real-estate-leads"][0]["hash"]
ok("a broken pack is told", until(lambda: state()["broken"]) and "classification.lua" in state()["why"], state())
ok("and what was served still is", state()["hash"] == before)
says("and still answers", s.ask("POST", LEADS + "/evaluate", {"record": record, "as_of": AS_OF}), 200, text='"graded"')
open(rules, "w", encoding="utf-8").write(good + "\n-- another remark\n")
ok("a good one takes its place", until(lambda: not state()["broken"] and state()["hash"] != before), state())

# ---- schedules
company = os.path.join(folder, "rules/real-estate-leads/company.lua")
text = open(company, encoding="utf-8").read()
open(company, "w", encoding="utf-8").write(text + '\nschedule "often" { cron = "*/2 * * * * *", run = { keep = 3 } }\n')


def scheduled():
    return [r for r in s.ask("GET", "/v1/runs?pack=real-estate-leads").json()["runs"] if r["schedule"] == "often" and r["state"] == "done"]


ok("a schedule that was saved runs", until(lambda: len(scheduled()) >= 2, 20), s.text()[-800:])
runs = scheduled()
ok("as of its due times, each once", len({r["due"] for r in runs}) == len(runs) and all(r["due"] == r["as_of"] and int(r["due"][17:19]) % 2 == 0 for r in runs), runs)
s.process.kill()
s.process.wait()
s.start()
count = len(scheduled())
ok("after a kill it goes on", until(lambda: len(scheduled()) > count + 1, 20), s.text()[-800:])
ok("and no due time ran twice", len({r["due"] for r in scheduled()}) == len(scheduled()))
open(company, "w", encoding="utf-8").write(text)
ok("one that is taken out is gone", until(lambda: "schedule" not in open(company, encoding="utf-8").read()))

# ---- slow and silent clients hurt nobody
idle = [socket.create_connection(("127.0.0.1", s.port)) for _ in range(300)]
drip = socket.create_connection(("127.0.0.1", s.port))
drip.sendall(b"POST " + LEADS.encode() + b"/evaluate HTTP/1.1\r\nHost: x\r\nContent-Length: 1000\r\n\r\n{")
started = time.time()
says("while hundreds are silent, others are served", s.ask("GET", "/healthz", token=None), 200)
ok("at once", time.time() - started < 2)
for c in idle + [drip]:
    c.close()

# ---- the end of a token, and of the service
says("a token is revoked", s.ask("DELETE", "/v1/tokens/%d" % reader["about"]["id"], token=admin["token"]), 204)
says("and refused", s.ask("GET", "/v1/packs", token=reader["token"]), 401, "token", "revoked")
judge(s)
ok("it stops as it should", s.stop() == 0, s.text()[-500:])
ok("nothing secret is in the log", "assay_" not in s.text())
shutil.rmtree(folder)
done()
