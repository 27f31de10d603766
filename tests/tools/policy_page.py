"""Looks at a page of `assay docs`: balanced, self-contained, links that lead somewhere, and that it holds what the
pack says.    policy_page.py PAGE [PACK_FOLDER ASSAY]"""
import csv, html.parser, os, re, subprocess, sys

VOID = {"meta", "br", "hr", "img", "link", "input"}


class Page(html.parser.HTMLParser):
    def __init__(self):
        super().__init__()
        self.open, self.bad, self.ids, self.links, self.text = [], [], [], [], []
        self.language, self.elements = None, set()

    def handle_starttag(self, tag, attributes):
        given = dict(attributes)
        self.elements.add(tag)
        if tag == "html":
            self.language = given.get("lang")
        if "id" in given:
            self.ids.append(given["id"])
        if tag == "a":
            self.links.append(given.get("href", ""))
        if {"src", "srcset", "action", "onclick", "onload"} & set(given) or tag in ("script", "link", "iframe", "object"):
            self.bad.append(f"{self.getpos()}: <{tag}> loads or runs something")
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag, attributes):
        self.handle_starttag(tag, attributes)
        if tag not in VOID:
            self.open.pop()

    def handle_endtag(self, tag):
        if not self.open or self.open.pop() != tag:
            self.bad.append(f"{self.getpos()}: </{tag}> closes nothing")

    def handle_data(self, data):
        if self.open and self.open[-1] != "style":
            self.text.append(data)


def squeeze(text):
    return re.sub(r"\s+", "", text)


def main():
    source = open(sys.argv[1], encoding="utf-8").read()
    page = Page()
    page.feed(source)
    page.close()
    bad = page.bad + [f"<{tag}> is not closed" for tag in page.open]
    if any(i for i in page.ids if page.ids.count(i) > 1):
        bad.append("an id stands twice")
    bad += [f"the link {l} leads nowhere" for l in page.links if not l.startswith("#") or l[1:] not in page.ids]
    if re.search(r"https?://(?!www\.w3\.org/2000/svg)|url\((?!#)|@import", source):
        bad.append("it names something outside of itself")
    for wanted in ("main", "nav", "header", "svg", "table"):
        if wanted not in page.elements:
            bad.append(f"it has no <{wanted}>")
    text = squeeze("".join(page.text))
    if len(sys.argv) > 2:
        folder = sys.argv[2]
        company = open(os.path.join(folder, "company.lua"), encoding="utf-8").read()
        for name in re.findall(r"^\s+(\w+) = (?:key|text|choice|integer|money|date|timestamp|boolean|decimal)", company, re.M):
            if name not in text:
                bad.append(f"the field {name} is not there")
        for file in sorted(os.listdir(folder)):
            path = os.path.join(folder, file)
            if file.startswith("reasons."):
                for row in csv.DictReader(open(path, encoding="utf-8-sig", newline="")):
                    shown = squeeze(re.sub(r"[{}]", "", row["text"]))
                    if f'id="code-{row["code"]}"' not in source or shown not in text:
                        bad.append(f"{file}: {row['code']} or its text is not there")
            if file.endswith(".lua") and file not in ("company.lua", "tests.lua"):
                script = open(path, encoding="utf-8").read()
                for word, name in re.findall(r"^(\w+)\s+\"(\w+)\"", script, re.M):
                    if not re.search(rf"<h3>[^\n]* {name} <small>", source):
                        bad.append(f"{file}: the {word} {name} has no section")
        run = lambda *words: subprocess.run([sys.argv[3], "table", folder, *words], capture_output=True, text=True).stdout
        for name in [line.split()[0] for line in run().splitlines()[1:] if line.strip()]:
            rows = len(list(csv.reader(run(name, "--format", "csv").splitlines()))) - 1
            section = re.search(rf"<h3>[^\n]* {name} <small>.*?</section>", source, re.S)
            if not section or len(re.findall(r'<td class="n off">|<tr class="else">', section.group(0))) != rows:
                bad.append(f"the table {name} does not have its {rows} rows")
        tests = open(os.path.join(folder, "tests.lua"), encoding="utf-8").read()
        for name in re.findall(r"^(?:example|examples|property) \"([^\"]+)\"", tests, re.M):
            if squeeze(name) not in text:
                bad.append(f"the test {name} is not there")
    print("\n".join(bad[:40]))
    return bool(bad)


sys.exit(main())
