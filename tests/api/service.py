"""A service of assay for tests: started on folders of its own, asked by HTTP, stopped; and TAP lines."""
import atexit
import http.client
import json
import os
import signal
import socket
import subprocess
import sys
import time

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
ASSAY = os.path.join(ROOT, os.environ.get("BUILD", "build"), "assay")
failed = 0


def ok(name, holds, detail=""):
    global failed
    print(("ok - " if holds else "not ok - ") + name)
    if not holds:
        failed += 1
        for line in str(detail)[:2000].splitlines()[:20]:
            print("#   " + line)
    return holds


class UnixConnection(http.client.HTTPConnection):
    def __init__(self, path):
        super().__init__("assay", timeout=30)
        self.path = path

    def connect(self):
        self.sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self.sock.settimeout(30)
        self.sock.connect(self.path)


class Answer:
    def __init__(self, response):
        self.status = response.status
        self.headers = {k.lower(): v for k, v in response.getheaders()}
        self.body = response.read()

    def json(self):
        return json.loads(self.body, parse_float=str)

    def __str__(self):
        return "%d %s" % (self.status, self.body.decode("utf-8", "replace"))


class Service:
    def __init__(self, folder, *more, env=None):
        self.database = os.path.join(folder, "a.db")
        self.rules = os.path.join(folder, "rules")
        self.log = os.path.join(folder, "log")
        self.more = list(more)
        self.env = dict(os.environ, **(env or {}))
        self.seen = []  # (method, path, status, body) of every answer, to be judged by the description
        self.start()

    def start(self):
        with open(self.log, "ab") as log:
            self.process = subprocess.Popen(
                [ASSAY, "serve", "--db", self.database, "--rules", self.rules, "--listen", "127.0.0.1:0"] + self.more,
                stdout=subprocess.DEVNULL, stderr=log, stdin=subprocess.DEVNULL, env=self.env)
        atexit.register(self.end)
        self.port = None
        for _ in range(600):
            if self.process.poll() is not None:
                raise SystemExit("the service ended: " + self.text())
            try:
                if self.ask("GET", "/readyz", token="owner").status == 200:
                    break
            except OSError:
                pass
            time.sleep(0.05)
        for line in self.text().splitlines():
            if "address=http" in line:
                self.port = int(line.rsplit(":", 1)[1])  # the last one counts
        return self

    def text(self):
        with open(self.log, encoding="utf-8", errors="replace") as f:
            return f.read()

    def connect(self, token=None):
        if token == "owner":
            return UnixConnection(self.database + ".sock")
        return http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)

    def ask(self, method, path, body=None, token="owner", headers=None, connection=None):
        c = connection or self.connect(token)
        h = dict(headers or {})
        if token and token != "owner":
            h["Authorization"] = "Bearer " + token
        if body is not None and not isinstance(body, (bytes, str)):
            body = json.dumps(body, ensure_ascii=False)
        if isinstance(body, str):
            body = body.encode()
        try:
            c.request(method, path, body=body, headers=h)
        except (BrokenPipeError, ConnectionResetError):
            pass  # refused before it was read: the answer is there
        a = Answer(c.getresponse())
        if not connection:
            c.close()
        self.seen.append((method, path, a.status, a.headers.get("content-type", ""), a.body))
        return a

    def wait_run(self, run, seconds=30):
        for _ in range(int(seconds * 20)):
            r = self.ask("GET", "/v1/runs/%d" % run).json()
            if r["state"] not in ("waiting", "running"):
                return r
            time.sleep(0.05)
        return r

    def end(self):
        """Whatever became of the test, no service is left behind."""
        if self.process.poll() is None:
            self.process.kill()
            self.process.wait()

    def stop(self, how=signal.SIGTERM):
        self.process.send_signal(how)
        return self.process.wait(60)


def done():
    sys.exit(1 if failed else 0)
