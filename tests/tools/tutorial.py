"""Runs a tutorial as its reader would: sh blocks are typed into one shell, a lua block with a file's name
is an edit (what stands there, `-- becomes`, what is to stand there), and each text block must be what the
commands before it printed: its lines in this order, others between them.   tutorial.py FILE.md, in an
empty folder, assay on the PATH. Prints TAP lines."""
import os
import re
import subprocess
import sys

text = open(sys.argv[1], encoding="utf-8").read()
blocks = [(m.group(1), m.group(2), text.count("\n", 0, m.start()) + 1)
          for m in re.finditer(r"^```(\S[^\n]*)\n(.*?)^```$", text, re.M | re.S)]
printed, failed, last = "", 0, None


def tell(good, line, what, *details):
    global failed
    print(f"{'ok' if good else 'not ok'} - line {line}: {what}")
    if not good:
        failed += 1
        for d in details:
            for part in str(d).splitlines()[:40]:
                print("#   " + part)


def edit(name, body, line):
    old, becomes, new = body.partition("-- becomes\n")
    before = open(name, encoding="utf-8").read()
    old, new = old.rstrip("\n"), new.rstrip("\n")
    good = bool(becomes) and before.count(old) == 1
    tell(good, line, f"the edit of {name} finds its place once", f"{before.count(old)} times:", old)
    open(name, "w", encoding="utf-8").write(before.replace(old, new, 1))


def compare(body, line):
    lines, at = [x.rstrip() for x in printed.splitlines()], 0
    for want in body.splitlines():
        if want.strip() == "…":
            continue
        while at < len(lines) and want.rstrip() not in lines[at]:
            at += 1
        if at == len(lines):
            tell(False, line, "what is printed", "not printed (in this order): " + want, "---", printed)
            return
        at += 1
    tell(True, line, "what is printed")


for kind, body, line in blocks:
    if kind == "sh":
        if last == "text":
            printed = ""
        done = subprocess.run(["bash", "-c", body], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
                              stdin=subprocess.DEVNULL, env={**os.environ, "LC_ALL": "C.UTF-8"}, timeout=120)
        printed += done.stdout
        tell(done.returncode in (0, 1, 3), line, body.splitlines()[0], done.stdout)
    elif kind.startswith("lua "):
        edit(kind[4:].strip(), body, line)
        printed = ""
    elif kind == "text":
        compare(body, line)
    last = kind.split()[0]
sys.exit(failed > 0)
