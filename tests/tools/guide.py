"""Checks that a guide is true. Prints TAP lines.   guide.py FILE.md ROOT, in an empty folder, assay on the PATH.

Each lua block must be right: it is put into a small pack and checked. What it needs above it stands in a comment
that readers do not see:

    <!-- given
    fields { customer_id = key, budget = money }
    -- terms.csv
    grade,terms: choice
    A,NET_30
    -->

Lua there stands above the block, the lines under `-- NAME.csv` are a file of the pack. `given as company.lua` or `given
as tests.lua` says which file the block is; otherwise it is a script. A Markdown table below <!-- file NAME.csv --> is that
file, in every pack. A block that begins with `$ assay` must be what the command prints: its lines in this order, others
between them. Lines of a block that begin with `assay` are run, but for those that read ~/data. Of what stands in the text as
`assay COMMAND --option`, command and option must exist; and each message in the table of messages must be one of assay's."""
import glob
import os
import re
import subprocess
import sys

path, root = sys.argv[1:3]
text = open(path, encoding="utf-8").read()
failed = 0
COMPANY = 'company { name = "Guide", currency = "CNY", timezone = "+08:00", scripts = { "steps" } }\n'
SOURCE = 'source { plugin = "csv", path = "customers.csv" }\n'
MAKES = re.compile(r'^(?:derive|scorecard|bands|rule|limit|cadence|total|quantiles|codes|ageing|watch|decision_table)\s+'
                   r'"(\w+)"\s*(\{.*?^\}|\{.*?\}$)', re.M | re.S)


def tell(good, line, what, *details):
    global failed
    print(f"{'ok' if good else 'not ok'} - line {line}: {what}")
    if not good:
        failed += 1
        for d in details:
            for part in str(d).splitlines()[:40]:
                print("#   " + part)


def run(command):
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, shell=isinstance(command, str),
                          stdin=subprocess.DEVNULL, env={**os.environ, "LC_ALL": "C.UTF-8"}, timeout=120)
    return done.returncode, done.stdout


def write(name, body):
    os.makedirs(os.path.dirname(name) or ".", exist_ok=True)
    open(name, "w", encoding="utf-8").write(body)


# ---- packs around blocks ----

def as_csv(table):
    rows = [[c.strip().replace("\\|", "|") for c in re.split(r"(?<!\\)\|", r)[1:-1]] for r in table.strip().splitlines()]
    quoted = lambda c: '"' + c.replace('"', '""') + '"' if re.search('[,"]', c) else c
    return "".join(",".join(quoted(c) for c in r) + "\n" for i, r in enumerate(rows) if i != 1)


files = {m.group(1): as_csv(m.group(2))
         for m in re.finditer(r"^<!-- file (\S+) -->\n((?:\|.*\n)+)", text, re.M)}


def split_given(given):
    """The Lua of a comment, and its files."""
    lua, own, name = [], {}, None
    for line in given.splitlines():
        begin = re.fullmatch(r"-- (\S+\.csv)", line)
        if begin:
            name = begin.group(1)
            own[name] = ""
        elif name:
            own[name] += line + "\n"
        else:
            lua.append(line)
    return "\n".join(lua) + "\n", own


def outputs_of(lua):
    """outputs { ... } of what the steps make: the names of their outputs, else their own."""
    names = []
    for step, body in MAKES.findall(lua):
        several = re.search(r"\boutputs = (\{.*)", body)
        for name in re.findall(r'\{ "(\w+)",', several.group(1)) if several else [step]:
            names += [name] if name not in names else []
    return "outputs { " + ", ".join(f'"{n}"' for n in names) + " }\n"


def check_block(body, role, given, line):
    lua, own = split_given(given)
    pack = f"rules/line-{line}"
    for name, content in {**files, **own}.items():
        write(f"{pack}/{name}", content)
    if not re.search(r"^fields\b", lua + body, re.M):
        lua = "fields { customer_id = key }\n" + lua
    if not re.search(r"^source\b", lua + body, re.M):
        lua = SOURCE + lua
    if role == "company.lua":
        write(f"{pack}/company.lua", body + lua)
        for script in re.findall(r'"(\w+)"', re.search(r"scripts = \{(.*?)\}", body).group(1)):
            write(f"{pack}/{script}.lua", 'derive "x" { 1 }\noutputs { "x" }\n' if script == "classification" else "")
    else:
        steps = lua + ("" if role == "tests.lua" else body)
        write(f"{pack}/company.lua", COMPANY)
        write(f"{pack}/steps.lua", steps + ("" if re.search(r"^outputs\b", steps, re.M) else outputs_of(steps)))
    if role == "tests.lua":
        write(f"{pack}/tests.lua", body)
        code, out = run(["assay", "test", pack])
        tell(code in (0, 1) and "0 failed" in out, line, "the tests hold", out)
    else:
        code, out = run(["assay", "check", pack])
        tell(code in (0, 1), line, "the example is right", out)


# ---- the page ----

def check_printed(body, line):
    command, _, want = body.partition("\n")
    code, out = run(command[2:])
    lines, at = [x.rstrip() for x in out.splitlines()], 0
    for w in want.splitlines():
        if w.strip() in ("...", "…"):
            continue
        while at < len(lines) and w.rstrip() != lines[at]:
            at += 1
        if at == len(lines):
            tell(False, line, command, "not printed (in this order): " + w, "---", out)
            return
        at += 1
    tell(code in (0, 1), line, command, out)


def check_commands(body, line):
    for command in body.splitlines():
        if command.startswith("assay ") and "~/data" not in command:
            code, out = run(command)
            tell(code in (0, 1), line, command, out)


BLOCK = re.compile(r"(?:^ *<!-- given(?: as (\S+))?\n((?:(?! *-->)[^\n]*\n)*) *-->\n+)?^( *)```(\w*)\n(.*?)^ *```$", re.M | re.S)
os.symlink(f"{root}/rules/lib", "lib")
os.makedirs("rules", exist_ok=True)
os.symlink(f"{root}/rules/lib", "rules/lib")
for m in BLOCK.finditer(text):
    role, given, indent, kind, body = m.groups()
    line = text.count("\n", 0, m.start(4)) + 1
    body, given = (re.sub("^" + indent, "", x, flags=re.M) for x in (body, given or ""))
    if kind == "lua":
        check_block(body, role, given, line)
    elif body.startswith("$ assay"):
        check_printed(body, line)
    else:
        check_commands(body, line)

# ---- commands and messages in the text ----

helps = {}
for m in re.finditer(r"`assay ([a-z]+)([^`\n]*)`", text):
    command, rest = m.groups()
    if command not in helps:
        helps[command] = run(["assay", command, "--help"])
    line = text.count("\n", 0, m.start()) + 1
    known = helps[command][0] == 0
    lacking = [o for o in re.findall(r"--[a-z-]+", rest) if not re.search(rf"{o}\b", helps[command][1])]
    if lacking or not known:
        tell(False, line, m.group(0), f"no such command: {command}" if not known else f"no such option: {lacking}")
tell(len(helps) > 5, 1, "commands and options in the text exist")

# The C texts of the program, each as one line: a message of assay is a part of one, or of several with values between.
sources = "\n".join(re.sub(r'"\s*(?:PRI\w+\s*)?"', "", open(f, encoding="utf-8").read())
                    for f in glob.glob(f"{root}/core/*/*.c")).replace('\\"', '"')
table = re.search(r"^\| message \| do \|\n\|[-|]+\|\n((?:\|.*\n)+)", text, re.M)
for row in table.group(1).splitlines() if table else []:
    message = re.match(r"\| (.*?) \|", row).group(1).replace(" (a warning)", "")
    line = text.count("\n", 0, text.index(row)) + 1
    message = message.replace("`", "")
    parts = [re.sub(' near$', '', p.strip()) for p in re.split(r'"[^"]*"|\.\.\.|\'[^\']*\'', message)]
    for p in parts:
        if len(p) > 3 and p not in sources:
            tell(False, line, f"assay says so: {message}", f"nowhere in the program: {p}")
tell(bool(table), 1, "the messages in the table are assay's")
sys.exit(failed > 0)
