"""One decision from Python, by ctypes.   example.py RULES   (rules/distributor-credit)

LIBASSAY is the path of libassay.so.0 if the loader does not find it by itself.
"""
import ctypes
import json
import os
import sys
from decimal import Decimal

lib = ctypes.CDLL(os.environ.get("LIBASSAY", "libassay.so.0"))


class Error(ctypes.Structure):
    _fields_ = [("struct_size", ctypes.c_size_t), ("code", ctypes.c_int32), ("message", ctypes.c_char * 1536)]

    def __init__(self):
        super().__init__(ctypes.sizeof(Error))


class Options(ctypes.Structure):
    _fields_ = [
        ("struct_size", ctypes.c_size_t),
        ("flags", ctypes.c_uint32),
        ("as_of", ctypes.c_char_p),
        ("language", ctypes.c_char_p),
        ("params", ctypes.POINTER(ctypes.c_char_p)),
        ("param_count", ctypes.c_size_t),
    ]

    def __init__(self, flags=0, as_of=None, language="en", **params):
        pairs = [text.encode() for pair in params.items() for text in pair]
        super().__init__(
            ctypes.sizeof(Options), flags, as_of.encode() if as_of else None, language.encode(),
            (ctypes.c_char_p * len(pairs))(*pairs), len(params))


EXPLAIN, KNOWN = 1, 2
rules_p, text_p = ctypes.c_void_p, ctypes.c_void_p
lib.assay_load.argtypes = [ctypes.c_char_p, ctypes.c_char_p, ctypes.POINTER(rules_p), ctypes.POINTER(Error)]
lib.assay_rules_free.argtypes = [rules_p]
lib.assay_rules_title.argtypes = [rules_p]
lib.assay_rules_title.restype = ctypes.c_char_p
lib.assay_evaluate.argtypes = [rules_p, ctypes.c_char_p, ctypes.c_size_t, ctypes.POINTER(Options),
                               ctypes.POINTER(text_p), ctypes.POINTER(ctypes.c_size_t), ctypes.POINTER(Error)]
lib.assay_text_free.argtypes = [text_p]


class Rules:
    """A pack of rules. Money comes and goes as Decimal, never as float."""

    def __init__(self, folder, database=None):
        self.pointer, error = rules_p(), Error()
        if lib.assay_load(folder.encode(), database and database.encode(), self.pointer, error):
            raise ValueError(error.message.decode())

    def __enter__(self):
        return self

    def __exit__(self, *_):
        lib.assay_rules_free(self.pointer)

    @property
    def title(self):
        return lib.assay_rules_title(self.pointer).decode()

    def evaluate(self, record, options=None):
        text = json.dumps(record, default=str).encode()
        answer, size, error = text_p(), ctypes.c_size_t(), Error()
        if lib.assay_evaluate(self.pointer, text, len(text), options, answer, size, error):
            raise ValueError(error.message.decode())
        try:
            return json.loads(ctypes.string_at(answer, size.value), parse_float=Decimal)
        finally:
            lib.assay_text_free(answer)


if __name__ == "__main__":
    with Rules(sys.argv[1]) as rules:
        moment = Options(as_of="2025-09-26T15:00:00+08:00", total_ar="40000000.00")
        decision = rules.evaluate(
            {"customer_id": "N1", "terms_days": 30, "rating": "B", "net_worth": Decimal("12000000.00"),
             "open_orders": Decimal("120000.00"), "unbilled": 30000, "requested_limit": 1000000,
             "legal_dispute": False, "do_not_contact": False,
             "open_items": [{"due_date": "2025-08-01", "amount": Decimal("150000.00")}]},
            moment)
        print(rules.title)
        print("credit limit", decision["outputs"]["credit_limit"])
        for reason in decision["reasons"]:
            print(f"{reason['list']}: {reason['code']}: {reason['text']}")
        try:
            rules.evaluate({"net_wroth": 1}, moment)
        except ValueError as wrong:
            print(wrong)
