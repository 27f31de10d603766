#!/usr/bin/python3
"""Receivers of notifications for the tests: HTTP, HTTPS (with the certificate in FOLDER) and SMTP on ports of their own.
Prints "HTTP HTTPS SMTP" (ports), appends what came to FOLDER/came as one JSON object a line, ends with its standard
input. Paths: /ok, /fail/N (N answers 503, then 200), /slow, /busy (429 once), /status/N."""
import asyncore
import http.server
import json
import os
import smtpd
import ssl
import sys
import threading
import time

folder = sys.argv[1]
lock = threading.Lock()
seen = {}


def note(**what):
    with lock, open(f"{folder}/came", "a", encoding="utf-8") as out:
        out.write(json.dumps(what) + "\n")


def times(key):
    with lock:
        seen[key] = seen.get(key, 0) + 1
        return seen[key]


class Hook(http.server.BaseHTTPRequestHandler):
    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        kind, _, number = self.path[1:].partition("/")
        status = 200
        if kind == "fail" and times(self.path) <= int(number):
            status = 503
        elif kind == "slow":
            time.sleep(4)
        elif kind == "busy" and times(self.path) == 1:
            status = 429
        elif kind == "status":
            status = int(number)
        note(path=self.path, status=status, headers=dict(self.headers), body=body.decode())
        try:
            self.send_response(status)
            if status == 429:
                self.send_header("Retry-After", "1")
            if status == 302:
                self.send_header("Location", "/ok")
            self.send_header("Content-Length", "0")
            self.end_headers()
        except OSError:
            pass

    def log_message(self, *_):
        pass


class Mail(smtpd.SMTPServer):
    def process_message(self, peer, mailfrom, rcpttos, data, **_):
        if rcpttos[0].startswith("refuse"):
            return "550 nobody here"
        if rcpttos[0].startswith("later") and times(rcpttos[0]) == 1:
            return "451 come back"
        note(sender=mailfrom, to=rcpttos, data=data.decode())
        return None


def serve(context=None):
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Hook)
    if context:
        server.socket = context.wrap_socket(server.socket, server_side=True)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return server.server_address[1]


plain = serve()
secure = 0
if os.path.exists(f"{folder}/key.pem"):
    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    tls.load_cert_chain(f"{folder}/cert.pem", f"{folder}/key.pem")
    secure = serve(tls)
mail = Mail(("127.0.0.1", 0), None)
threading.Thread(target=asyncore.loop, kwargs={"timeout": 0.1}, daemon=True).start()
print(plain, secure, mail.socket.getsockname()[1], flush=True)
sys.stdin.read()
