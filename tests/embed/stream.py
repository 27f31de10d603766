"""A stream of records from Python, and the decisions read back, by ctypes alone.   stream.py RULES

With pyarrow this is two lines (RecordBatchReader._export_to_c and _import_from_c); here stands what they do.
"""
import ctypes
import sys

from example import Error, Options, Rules, lib


class Schema(ctypes.Structure):
    pass


class Array(ctypes.Structure):
    pass


class Stream(ctypes.Structure):
    pass


pointer = ctypes.c_void_p
free_schema = ctypes.CFUNCTYPE(None, ctypes.POINTER(Schema))
free_array = ctypes.CFUNCTYPE(None, ctypes.POINTER(Array))
free_stream = ctypes.CFUNCTYPE(None, ctypes.POINTER(Stream))
Schema._fields_ = [
    ("format", ctypes.c_char_p), ("name", ctypes.c_char_p), ("metadata", pointer), ("flags", ctypes.c_int64),
    ("n_children", ctypes.c_int64), ("children", ctypes.POINTER(ctypes.POINTER(Schema))),
    ("dictionary", pointer), ("release", free_schema), ("private_data", pointer)]
Array._fields_ = [
    ("length", ctypes.c_int64), ("null_count", ctypes.c_int64), ("offset", ctypes.c_int64),
    ("n_buffers", ctypes.c_int64), ("n_children", ctypes.c_int64), ("buffers", ctypes.POINTER(pointer)),
    ("children", ctypes.POINTER(ctypes.POINTER(Array))), ("dictionary", pointer), ("release", free_array),
    ("private_data", pointer)]
get_schema = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.POINTER(Stream), ctypes.POINTER(Schema))
get_next = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.POINTER(Stream), ctypes.POINTER(Array))
get_error = ctypes.CFUNCTYPE(ctypes.c_char_p, ctypes.POINTER(Stream))
Stream._fields_ = [("get_schema", get_schema), ("get_next", get_next), ("get_last_error", get_error),
                   ("release", free_stream), ("private_data", pointer)]
lib.assay_evaluate_stream.argtypes = [pointer, ctypes.POINTER(Stream), ctypes.POINTER(Options),
                                      ctypes.POINTER(Stream), ctypes.POINTER(Error)]
NULLABLE = 2


class TextBatch:
    """Columns of texts as one Arrow array, given out once; its memory lives as long as this object."""

    def __init__(self, columns):
        self.keep, self.given = [], False
        rows = len(next(iter(columns.values())))
        self.release_schema = free_schema(lambda s: setattr(s.contents, "release", free_schema()))
        self.release_array = free_array(lambda a: setattr(a.contents, "release", free_array()))
        schemas = [Schema(b"u", name.encode(), None, NULLABLE, release=self.release_schema) for name in columns]
        arrays = [self.column(values) for values in columns.values()]
        self.schema = Schema(b"+s", b"", None, 0, len(schemas), self.pointers(schemas, Schema),
                             release=self.release_schema)
        self.array = Array(rows, 0, 0, 1, len(arrays), (pointer * 1)(), self.pointers(arrays, Array),
                           release=self.release_array)
        self.stream = Stream(get_schema(self.give_schema), get_next(self.give_next),
                             get_error(lambda _: None),
                             free_stream(lambda s: setattr(s.contents, "release", free_stream())))

    def pointers(self, items, kind):
        self.keep.append(items)
        return (ctypes.POINTER(kind) * len(items))(*map(ctypes.pointer, items))

    def column(self, values):
        texts = [None if v is None else str(v).encode() for v in values]
        offsets, bits, end = [0], bytearray(len(texts) // 8 + 1), 0
        for row, text in enumerate(texts):
            end += len(text or b"")
            offsets.append(end)
            if text is not None:
                bits[row // 8] |= 1 << row % 8
        blocks = [ctypes.create_string_buffer(bytes(bits)), (ctypes.c_int32 * len(offsets))(*offsets),
                  ctypes.create_string_buffer(b"".join(t or b"" for t in texts))]
        self.keep.append(blocks)
        buffers = (pointer * 3)(*[ctypes.cast(b, pointer) for b in blocks])
        return Array(len(texts), sum(t is None for t in texts), 0, 3, 0, buffers, release=self.release_array)

    def give_schema(self, _, out):
        out[0] = self.schema
        return 0

    def give_next(self, _, out):
        out[0] = Array() if self.given else self.array
        self.given = True
        return 0


def texts_of(array):
    """The values of a column of texts (format "u")."""
    valid, offsets, data = (array.buffers[i] for i in range(3))
    offsets = ctypes.cast(offsets, ctypes.POINTER(ctypes.c_int32))
    for row in range(array.length):
        there = not valid or ctypes.string_at(valid + row // 8, 1)[0] >> row % 8 & 1
        yield ctypes.string_at(data + offsets[row], offsets[row + 1] - offsets[row]).decode() if there else None


def decide(rules, batch, options):
    """Yields (names, columns) for each batch of decisions; columns of other types than text are left out."""
    out, error, schema = Stream(), Error(), Schema()
    if lib.assay_evaluate_stream(rules.pointer, batch.stream, options, out, error):
        raise ValueError(error.message.decode())
    out.get_schema(out, schema)
    wanted = [(i, schema.children[i].contents.name.decode()) for i in range(schema.n_children)
              if schema.children[i].contents.format == b"u"]
    schema.release(schema)
    while True:
        array = Array()
        if out.get_next(out, array):
            raise ValueError(out.get_last_error(out).decode())
        if not array.release:
            break
        yield {name: list(texts_of(array.children[i].contents)) for i, name in wanted}
        array.release(array)
    out.release(out)


if __name__ == "__main__":
    people = TextBatch({
        "customer_id": ["S1", "S2", "S3"], "name": ["张伟", None, "Smith"],
        "expected_purchase": ["2025-10-15", None, "2026-03-01"], "budget": ["3200000.00", "-5", None],
        "unit_price": ["3000000.00"] * 3, "financing": ["cash", "none", None], "visits": [2, 0, 1],
        "decision_maker": ["true", None, "false"], "source": ["referral", "online", "walk_in"],
        "units_bought": [0, 0, 0], "strategic": ["false"] * 3, "hold_forfeited": ["false"] * 3,
        "last_contact_at": ["2025-09-25T11:00:00+08:00", None, None], "do_not_contact": ["false"] * 3})
    with Rules(sys.argv[1]) as rules:
        for batch in decide(rules, people, Options(as_of="2025-09-26T15:00:00+08:00")):
            for key, status, priority, code, field in zip(batch["customer_id"], batch["status"], batch["priority"],
                                                          batch["problem_code"], batch["problem_field"]):
                print(key, status, priority or f"{code}:{field}")
