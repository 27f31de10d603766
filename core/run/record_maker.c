/* See record_maker.h. Values are texts as a file would hold them; numbers and dates are made in the
 * stored units of their field and written by the same code that writes results. */
#include "record_maker.h"

#include <stdlib.h>
#include <string.h>

#include "../base/text.h"
#include "../eval/bounds.h"

#define MISSING_ONE_IN 10
#define LIST_MOST 4

typedef struct field_bounds {
  size_t count;
  int64_t *values;
} field_bounds;

struct record_maker {
  arena arena;
  const schema *schema;
  zone zone;
  int64_t as_of, today;
  const handmade_record *given;
  field_bounds *bounds; /* by field */
  uint64_t state;       /* of the generator */
};

/* splitmix64, by Sebastiano Vigna (public domain algorithm). */
static uint64_t next_number(record_maker *m) {
  uint64_t z = m->state += UINT64_C(0x9E3779B97F4A7C15);
  z = (z ^ (z >> 30)) * UINT64_C(0xBF58476D1CE4E5B9);
  z = (z ^ (z >> 27)) * UINT64_C(0x94D049BB133111EB);
  return z ^ (z >> 31);
}

static uint64_t below(record_maker *m, uint64_t n) {
  return next_number(m) % n;
}

record_maker *record_maker_new(const pack *p, const plan *bounds, int64_t as_of,
                               const handmade_record *given, uint64_t seed) {
  record_maker *m = mem_alloc(sizeof *m);
  m->schema = &p->schema;
  m->zone = p->zone;
  m->as_of = as_of;
  m->today = moment_date(as_of, p->zone);
  m->given = given;
  m->state = seed;
  m->bounds = arena_array(&m->arena, p->schema.count + 1, sizeof *m->bounds);
  for (size_t i = 0; i < p->schema.count; i++)
    m->bounds[i].count = plan_bounds(bounds, i, &m->arena, &m->bounds[i].values);
  return m;
}

void record_maker_free(record_maker *m) {
  if (!m) return;
  arena_deinit(&m->arena);
  free(m);
}

/* ---- values ---- */

/* Of any size up to ten to the thirteenth units, small ones as likely as great ones. */
static int64_t any_size(record_maker *m) {
  int64_t top = pow10_i64((int)below(m, 14));
  return (int64_t)below(m, (uint64_t)top + 1);
}

static int64_t round_to_unit(record_maker *m, int64_t value, int64_t unit) {
  return below(m, 2) ? value * unit / 100 : value / unit * unit;
}

static int64_t any_number(record_maker *m, const field *f, const field_bounds *b) {
  if (b && b->count && below(m, 2)) return b->values[below(m, b->count)] + (int64_t)below(m, 3) - 1;
  int64_t value = any_size(m);
  switch (f->type.kind) {
  case TYPE_DATE:
    return m->today +
           (int64_t)below(m, (uint64_t)(1 + any_size(m) % 1500)) * (below(m, 3) ? -1 : 1);
  case TYPE_TIMESTAMP:
    return m->as_of + (int64_t)below(m, 86400) -
           86400 * (int64_t)below(m, (uint64_t)(1 + value % 800));
  case TYPE_INTEGER:
    value = below(m, 3) ? value % 50 : value % 10000;
    break;
  default:
    value = round_to_unit(m, value, f->type.denominator);
  }
  return f->has_min && f->min >= 0 ? value : below(m, 4) ? value : -value;
}

static const char *write_stored(record_maker *m, arena *a, const field *f, int64_t stored) {
  buffer text = {0};
  column c;
  if (f->has_min && stored < f->min) stored = f->min;
  if (f->has_max && stored > f->max) stored = f->max;
  column_init(&c, f->type, 1);
  c.i64[0] = stored;
  column_write(&text, &c, 0, m->zone);
  column_deinit(&c);
  const char *out = arena_string_n(a, text.data ? text.data : "", text.size);
  buffer_deinit(&text);
  return out;
}

static const char *any_value(record_maker *m, arena *a, const field *f, const field_bounds *b) {
  char text[40];
  switch (type_storage(f->type.kind)) {
  case STORE_I32:
    if (f->type.kind == TYPE_BOOLEAN) return below(m, 2) ? "true" : "false";
    return f->type.choices->names[below(m, f->type.choices->count)];
  case STORE_I64:
    return write_stored(m, a, f, any_number(m, f, b));
  case STORE_F64:
    text[number_write(text, (double)any_size(m) / (double)pow10_i64((int)below(m, 6)))] = 0;
    return arena_string(a, text);
  default:
    return arena_format(a, "text %u", (unsigned)below(m, 100));
  }
}

/* ---- records ---- */

static const handmade_value *find(const handmade_record *r, const char *name) {
  for (size_t i = 0; r && i < r->count; i++)
    if (!strcmp(r->values[i].name, name)) return &r->values[i];
  return NULL;
}

/* What `name` says of the fields of a list: "list.field" -> "field". */
static const char *inside(const char *name, const char *list) {
  size_t n = strlen(list);
  return name && !strncmp(name, list, n) && name[n] == '.' ? name + n + 1 : NULL;
}

static handmade_record make_record(record_maker *m, arena *a, const schema *s,
                                   const handmade_record *given, const field_bounds *bounds,
                                   const char *never_missing);

static void make_list(record_maker *m, arena *a, const field *f, const char *never_missing,
                      handmade_value *out) {
  const char *must = inside(never_missing, f->name);
  size_t count = below(m, LIST_MOST + 1);
  if (must && !count) count = 1;
  handmade_record *items = arena_array(a, count + 1, sizeof *items);
  for (size_t i = 0; i < count; i++) items[i] = make_record(m, a, f->type.record, NULL, NULL, must);
  *out = (handmade_value){.name = f->name, .item_count = count, .items = items};
}

static handmade_record make_record(record_maker *m, arena *a, const schema *s,
                                   const handmade_record *given, const field_bounds *bounds,
                                   const char *never_missing) {
  handmade_value *values = arena_array(a, s->count + 1, sizeof *values);
  size_t count = 0;
  for (size_t i = 0; i < s->count; i++) {
    const field *f = &s->fields[i];
    const handmade_value *fixed = find(given, f->name);
    bool needed = f->required || (never_missing && !strcmp(never_missing, f->name));
    if (f->type.kind == TYPE_KEY) continue;
    if (fixed)
      values[count++] = *fixed;
    else if (f->type.kind == TYPE_LIST)
      make_list(m, a, f, never_missing, &values[count++]);
    else if (needed || below(m, MISSING_ONE_IN))
      values[count++] =
          (handmade_value){.name = f->name, .text = any_value(m, a, f, bounds ? &bounds[i] : NULL)};
  }
  return (handmade_record){count, values};
}

handmade_record record_maker_next(record_maker *m, arena *a, const char *never_missing) {
  return make_record(m, a, m->schema, m->given, m->bounds, never_missing);
}

/* ---- one change ---- */

/* A copy with one value replaced; text NULL and no items = left out. */
static handmade_record replaced(arena *a, const handmade_record *from, size_t at,
                                const handmade_value *value) {
  handmade_value *values = arena_array(a, from->count + 1, sizeof *values);
  size_t count = 0;
  for (size_t i = 0; i < from->count; i++) {
    if (i != at)
      values[count++] = from->values[i];
    else if (value)
      values[count++] = *value;
  }
  return (handmade_record){count, values};
}

static bool read_stored(const field *f, const char *text, int64_t *out) {
  size_t n = strlen(text);
  switch (f->type.kind) {
  case TYPE_INTEGER:
    return integer_parse(text, n, out) == PARSE_OK;
  case TYPE_MONEY:
  case TYPE_DECIMAL:
    return decimal_parse(text, n, f->type.digits, out) == PARSE_OK;
  case TYPE_DATE:
    return date_parse(text, n, out);
  case TYPE_TIMESTAMP:
    return moment_parse(text, n, out);
  default:
    return false;
  }
}

static int64_t any_step(record_maker *m, const field *f) {
  static const int64_t days[] = {1, 7, 30, 91, 365, 2000};
  if (f->type.kind == TYPE_DATE) return days[below(m, 6)];
  if (f->type.kind == TYPE_TIMESTAMP) return days[below(m, 6)] * 86400;
  return 1 + any_size(m);
}

static bool move_value(record_maker *m, arena *a, const field *f, const handmade_value *v, bool up,
                       handmade_value *out) {
  int64_t stored;
  if (!v->text || !read_stored(f, v->text, &stored)) return false;
  int64_t by = any_step(m, f);
  if (__builtin_add_overflow(stored, up ? by : -by, &stored)) return false;
  *out = *v;
  out->text = write_stored(m, a, f, stored);
  return strcmp(out->text, v->text) != 0;
}

bool record_maker_move(record_maker *m, arena *a, const handmade_record *from, const char *name,
                       bool up, handmade_record *out) {
  const char *dot = strchr(name, '.');
  const char *outer = dot ? arena_string_n(a, name, (size_t)(dot - name)) : name;
  const handmade_value *v = find(from, outer);
  int number = schema_find(m->schema, outer);
  if (!v || number < 0) return false;
  const field *f = &m->schema->fields[number];
  handmade_value changed = *v;
  size_t at = (size_t)(v - from->values);
  if (dot) {
    if (!v->item_count) return false;
    size_t item = below(m, v->item_count);
    const handmade_value *inner = find(&v->items[item], dot + 1);
    int child = schema_find(f->type.record, dot + 1);
    handmade_value moved;
    if (!inner || child < 0 || !move_value(m, a, &f->type.record->fields[child], inner, up, &moved))
      return false;
    handmade_record *items = arena_array(a, v->item_count + 1, sizeof *items);
    memcpy(items, v->items, v->item_count * sizeof *items);
    items[item] = replaced(a, &v->items[item], (size_t)(inner - v->items[item].values), &moved);
    changed.items = items;
  } else if (!move_value(m, a, f, v, up, &changed)) {
    return false;
  }
  *out = replaced(a, from, at, &changed);
  return true;
}

/* ---- simpler ---- */

enum { PASS_WITHOUT, PASS_PLAINEST, PASS_FRACTION, PASS_CLOSER, PASS_END = PASS_CLOSER + 40 };

typedef struct simplifying {
  int pass; /* the boldest changes of all fields come first */
  record_maker *maker;
  arena *arena;
  bool (*each)(void *ctx, const handmade_record *simpler);
  void *ctx;
} simplifying;

/* The simplest value of a field that must have one. */
static const char *plainest(const simplifying *s, const field *f, const char *text) {
  int64_t stored;
  switch (type_storage(f->type.kind)) {
  case STORE_I32:
    return f->type.kind == TYPE_BOOLEAN ? "false" : f->type.choices->names[0];
  case STORE_I64:
    if (!read_stored(f, text, &stored)) return text;
    stored = f->type.kind == TYPE_DATE        ? s->maker->today
             : f->type.kind == TYPE_TIMESTAMP ? s->maker->as_of
                                              : 0;
    return write_stored(s->maker, s->arena, f, stored);
  case STORE_F64:
    return "0";
  default:
    return "text";
  }
}

/* Closer to the plainest value by a half, a quarter ... of the way, in whole units, or the fraction of
 * a unit alone; false if there is no such step. */
static bool closer(const simplifying *s, const field *f, const char *text, int how,
                   const char **out) {
  int64_t stored, plain = 0;
  if (type_storage(f->type.kind) != STORE_I64 || !read_stored(f, text, &stored)) return false;
  if (!read_stored(f, plainest(s, f, text), &plain)) return false;
  int64_t unit = f->type.kind == TYPE_TIMESTAMP ? 86400 : f->type.denominator;
  int64_t way = stored - plain, fraction = way % unit;
  int64_t by = how == PASS_FRACTION ? fraction : ((way / unit) >> (how - PASS_CLOSER + 1)) * unit;
  if (by == 0) return false;
  *out = write_stored(s->maker, s->arena, f, stored - by);
  return strcmp(*out, text) != 0;
}

static bool try_value(const simplifying *s, const handmade_record *from, size_t at,
                      const char *text) {
  handmade_value value = from->values[at];
  value.text = text;
  if (!strcmp(text, from->values[at].text)) return false;
  const handmade_record simpler = replaced(s->arena, from, at, &value);
  return s->each(s->ctx, &simpler);
}

static bool simplify_value(const simplifying *s, const field *f, const handmade_record *from,
                           size_t at, bool needed) {
  const char *text = from->values[at].text, *nearer;
  if (!text) return false;
  if (s->pass == PASS_WITHOUT) {
    const handmade_record without = replaced(s->arena, from, at, NULL);
    return !needed && s->each(s->ctx, &without);
  }
  if (s->pass == PASS_PLAINEST) return try_value(s, from, at, plainest(s, f, text));
  return closer(s, f, text, s->pass, &nearer) && try_value(s, from, at, nearer);
}

typedef struct simpler_item {
  const simplifying *outer;
  const handmade_record *from;
  size_t at, item;
} simpler_item;

static handmade_record with_items(const simplifying *s, const handmade_record *from, size_t at,
                                  const handmade_record *items, size_t count) {
  handmade_value list = from->values[at];
  list.items = items;
  list.item_count = count;
  return replaced(s->arena, from, at, &list);
}

static bool each_item(void *ctx, const handmade_record *simpler) {
  const simpler_item *i = ctx;
  const handmade_value *list = &i->from->values[i->at];
  handmade_record *items = arena_array(i->outer->arena, list->item_count, sizeof *items);
  memcpy(items, list->items, list->item_count * sizeof *items);
  items[i->item] = *simpler;
  const handmade_record whole = with_items(i->outer, i->from, i->at, items, list->item_count);
  return i->outer->each(i->outer->ctx, &whole);
}

static bool simplify_record(const simplifying *s, const schema *fields, const handmade_record *from,
                            const handmade_record *given, const char *never_missing);

static bool simplify_list(const simplifying *s, const field *f, const handmade_record *from,
                          size_t at, const char *never_missing) {
  const handmade_value *list = &from->values[at];
  const char *must = inside(never_missing, f->name);
  bool drop = s->pass == PASS_WITHOUT && list->item_count > (must ? 1u : 0u);
  for (size_t i = 0; drop && i < list->item_count; i++) {
    handmade_record *items = arena_array(s->arena, list->item_count, sizeof *items);
    memcpy(items, list->items, i * sizeof *items);
    memcpy(items + i, list->items + i + 1, (list->item_count - i - 1) * sizeof *items);
    const handmade_record without = with_items(s, from, at, items, list->item_count - 1);
    if (s->each(s->ctx, &without)) return true;
  }
  for (size_t i = 0; i < list->item_count; i++) {
    simpler_item item = {s, from, at, i};
    const simplifying inner = {s->pass, s->maker, s->arena, each_item, &item};
    if (simplify_record(&inner, f->type.record, &list->items[i], NULL, must)) return true;
  }
  return false;
}

static bool simplify_record(const simplifying *s, const schema *fields, const handmade_record *from,
                            const handmade_record *given, const char *never_missing) {
  for (size_t i = 0; i < from->count; i++) {
    const handmade_value *v = &from->values[i];
    int number = schema_find(fields, v->name);
    if (number < 0 || find(given, v->name)) continue;
    const field *f = &fields->fields[number];
    bool needed = f->required || (never_missing && !strcmp(never_missing, v->name));
    if (f->type.kind == TYPE_LIST ? simplify_list(s, f, from, i, never_missing)
                                  : simplify_value(s, f, from, i, needed))
      return true;
  }
  return false;
}

bool record_maker_simplify(record_maker *m, arena *a, const handmade_record *from,
                           const char *never_missing,
                           bool (*each)(void *ctx, const handmade_record *simpler), void *ctx) {
  simplifying s = {PASS_WITHOUT, m, a, each, ctx};
  for (; s.pass < PASS_END; s.pass++)
    if (simplify_record(&s, m->schema, from, m->given, never_missing)) return true;
  return false;
}

/* ---- writing ---- */

void record_write_value(buffer *out, const handmade_value *v) {
  if (v->text) {
    text_json(out, v->text, strlen(v->text)); /* a Lua text as well: no escapes are needed here */
    return;
  }
  buffer_text(out, "{");
  for (size_t i = 0; i < v->item_count; i++) {
    buffer_text(out, i ? ", " : " ");
    record_write(out, &v->items[i]);
  }
  buffer_text(out, v->item_count ? " }" : "}");
}

void record_write(buffer *out, const handmade_record *r) {
  buffer_text(out, "{");
  for (size_t i = 0; i < r->count; i++) {
    buffer_format(out, "%s%s = ", i ? ", " : " ", r->values[i].name);
    record_write_value(out, &r->values[i]);
  }
  buffer_text(out, r->count ? " }" : "}");
}
