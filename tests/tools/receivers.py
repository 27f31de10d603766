#!/usr/bin/python3
"""Receivers of notifications for the tests: HTTP, HTTPS (with the certificate in FOLDER), SMTP, and SMTP that demands
STARTTLS and a password (user assay, password p4ss), on ports of their own.
Prints "HTTP HTTPS SMTP SMTPTLS" (ports), appends what came to FOLDER/came as one JSON object a line, ends with its standard
input. Paths: /ok, /fail/N (N answers 503, then 200), /slow, /busy (429 once), /status/N."""
import http.server
import json
import os
import ssl
import sys
import threading
import time

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult

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
        elif kind == "busy" and times(self.path) == 1:
            status = 429
        elif kind == "status":
            status = int(number)
        note(path=self.path, status=status, headers=dict(self.headers), body=body.decode())
        if kind == "slow":
            time.sleep(4)
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


class Mail:
    def __init__(self, name):
        self.name = name

    async def handle_RCPT(self, server, session, envelope, address, options):
        if address.startswith("refuse"):
            return "550 nobody here"
        if address.startswith("later") and times(address) == 1:
            return "451 come back"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server, session, envelope):
        note(server=self.name, sender=envelope.mail_from, to=envelope.rcpt_tos, data=envelope.content.decode(),
             tls=session.ssl is not None)
        return "250 taken"


class AnyPort(Controller):
    def _trigger_server(self):
        self.port = self.server.sockets[0].getsockname()[1]
        super()._trigger_server()


def knows(server, session, envelope, mechanism, data):
    return AuthResult(success=(data.login, data.password) == (b"assay", b"p4ss"))


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
mail = AnyPort(Mail("plain"), hostname="127.0.0.1", port=0)
mail.start()
closed = AnyPort(Mail("tls"), hostname="127.0.0.1", port=0, tls_context=tls, require_starttls=True,
                 authenticator=knows, auth_required=True) if secure else None
if closed:
    closed.start()
print(plain, secure, mail.port, closed.port if closed else 0, flush=True)
sys.stdin.read()
os._exit(0)
