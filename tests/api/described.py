"""Every answer that a test got, against the description of the API that the service gives of itself.
The parts of JSON Schema that the description uses are checked here, so that nothing must be installed."""
import json
import re
import urllib.parse

from service import ok


def resolve(schema, doc):
    while "$ref" in schema:
        at = doc
        for part in schema["$ref"][2:].split("/"):
            at = at[part]
        schema = at
    return schema


KINDS = {"object": dict, "array": list, "string": str, "boolean": bool, "null": type(None)}


def is_kind(value, kind):
    if kind in ("integer", "number"):
        return isinstance(value, int if kind == "integer" else (int, float)) and not isinstance(value, bool)
    return isinstance(value, KINDS[kind])


def faults(value, schema, doc, where="$"):
    schema = resolve(schema, doc)
    known = {"type", "enum", "const", "properties", "required", "additionalProperties", "items", "description",
             "format", "minimum", "maximum", "minLength"}
    for key in schema:
        if key not in known:
            yield "%s: the test does not know %s" % (where, key)
    if "enum" in schema and value not in schema["enum"]:
        yield "%s: %r is none of %s" % (where, value, schema["enum"])
    if "const" in schema and value != schema["const"]:
        yield "%s: %r is not %r" % (where, value, schema["const"])
    kinds = schema.get("type")
    if kinds:
        kinds = kinds if isinstance(kinds, list) else [kinds]
        if not any(is_kind(value, k) for k in kinds):
            yield "%s: %r is no %s" % (where, value, " or ".join(kinds))
            return
    if isinstance(value, dict):
        for name in schema.get("required", []):
            if name not in value:
                yield "%s: %s is missing" % (where, name)
        for name, inner in value.items():
            if name in schema.get("properties", {}):
                yield from faults(inner, schema["properties"][name], doc, where + "." + name)
            elif schema.get("additionalProperties") is False:
                yield "%s: nothing is said of %s" % (where, name)
    if isinstance(value, list) and "items" in schema:
        for i, inner in enumerate(value):
            yield from faults(inner, schema["items"], doc, "%s[%d]" % (where, i))


def find_path(doc, path):
    for pattern in sorted(doc["paths"], key=lambda p: p.count("{")):
        if re.fullmatch(re.sub(r"\{[^}]*\}", "[^/]+", pattern), path):
            return pattern
    return None


def judge(service):
    doc = json.loads(service.ask("GET", "/openapi.json", token=None).body)
    wrong, met = [], set()
    for method, path, status, kind, body in service.seen:
        pattern = find_path(doc, urllib.parse.urlsplit(path).path)
        operation = pattern and doc["paths"][pattern].get(method.lower())
        if not operation:
            if status not in (401, 404, 405):
                wrong.append("%s %s: %d, and is not described" % (method, path, status))
            continue
        met.add((method, pattern))
        described = operation["responses"].get(str(status))
        if described is None:
            if status < 400:
                wrong.append("%s %s: %d is not described" % (method, path, status))
            described = operation["responses"]["default"]
        content = described.get("content")
        if not content:
            if body:
                wrong.append("%s %s: %d should have no body" % (method, path, status))
            continue
        form = kind.split(";")[0]
        if form not in content:
            wrong.append("%s %s: %s is not described" % (method, path, form))
        elif form.endswith("json"):
            wrong += ["%s %s: %s" % (method, path, f) for f in faults(json.loads(body), content[form]["schema"], doc)]
    ok("every answer is as it is described (%d answers)" % len(service.seen), not wrong, "\n".join(dict.fromkeys(wrong)))
    every = {(m.upper(), p) for p, item in doc["paths"].items() for m in item}
    missing = every - met - {("GET", "/v1/runs/active"), ("POST", "/v1/reload"), ("GET", "/readyz")}
    ok("every operation was asked for", not missing, missing)
