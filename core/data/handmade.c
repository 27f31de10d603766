/* An Arrow struct array of text columns, made again for each call in the same memory, and handed to the
 * cast: a field that no record names is a column of nulls. It must never judge a value itself. */
#include "handmade.h"

#include <stdlib.h>
#include <string.h>

#include "../base/text.h"
#include "cast.h"
#include "words.h"

/* A column as Arrow has it; of a list, with its items. */
typedef struct made {
  struct ArrowSchema schema;
  struct ArrowArray array;
  const void *buffers[3];
  struct ArrowSchema *schema_children[1];
  struct ArrowArray *children[1];
  size_t capacity; /* rows */
  int32_t *offsets;
  uint8_t *valid;
  buffer bytes;
  struct record_level *items; /* LIST */
} made;

/* The records that are cast together: the customers, or the items of all their lists of one name. */
typedef struct record_level {
  const schema *schema;
  words names;
  const char **name_list;
  made self;     /* the struct */
  made *columns; /* by field */
  struct ArrowSchema **schemas;
  struct ArrowArray **arrays;
  size_t capacity; /* records */
  handmade_record *records;
  const handmade_value **values; /* record * fields + field; NULL = not named */
} record_level;

struct handmade_door {
  record_level *top;
  cast *cast;
};

/* ---- making and freeing ---- */

static void release_schema(struct ArrowSchema *s) {
  s->release = NULL;
}

static void release_array(struct ArrowArray *a) {
  a->release = NULL;
}

static void make(made *m, const char *format, const char *name, int buffers) {
  m->schema = (struct ArrowSchema){
      .format = format, .name = name, .flags = ARROW_FLAG_NULLABLE, .release = release_schema};
  m->array =
      (struct ArrowArray){.n_buffers = buffers, .buffers = m->buffers, .release = release_array};
}

static record_level *level_new(const schema *s, const char *name) {
  record_level *l = mem_alloc(sizeof *l);
  l->schema = s;
  l->name_list = mem_array(s->count + 1, sizeof *l->name_list);
  l->columns = mem_array(s->count + 1, sizeof *l->columns);
  l->schemas = mem_array(s->count + 1, sizeof *l->schemas);
  l->arrays = mem_array(s->count + 1, sizeof *l->arrays);
  for (size_t i = 0; i < s->count; i++) {
    const field *f = &s->fields[i];
    made *m = &l->columns[i];
    const bool list = f->type.kind == TYPE_LIST;
    l->name_list[i] = f->name;
    make(m, list ? "+l" : "u", f->column, list ? 2 : 3);
    l->schemas[i] = &m->schema;
    l->arrays[i] = &m->array;
    if (!list) continue;
    m->items = level_new(f->type.record, "item");
    m->schema_children[0] = &m->items->self.schema;
    m->children[0] = &m->items->self.array;
    m->schema.n_children = m->array.n_children = 1;
    m->schema.children = m->schema_children;
    m->array.children = m->children;
  }
  words_init(&l->names, l->name_list, s->count);
  make(&l->self, "+s", name, 1);
  l->self.schema.n_children = l->self.array.n_children = (int64_t)s->count;
  l->self.schema.children = l->schemas;
  l->self.array.children = l->arrays;
  return l;
}

static void level_free(record_level *l) {
  if (!l) return;
  for (size_t i = 0; i < l->schema->count; i++) {
    made *m = &l->columns[i];
    level_free(m->items);
    free(m->offsets);
    free(m->valid);
    buffer_deinit(&m->bytes);
  }
  words_deinit(&l->names);
  free(l->name_list);
  free(l->columns);
  free(l->schemas);
  free(l->arrays);
  free(l->records);
  free(l->values);
  free(l);
}

error_code handmade_door_new(const schema *s, handmade_door **out, error *e) {
  handmade_door *d = mem_alloc(sizeof *d);
  d->top = level_new(s, "");
  const error_code code = cast_new(s, NULL, &d->top->self.schema, "by hand", &d->cast, e);
  if (code)
    handmade_door_free(d);
  else
    *out = d;
  return code;
}

void handmade_door_free(handmade_door *d) {
  if (!d) return;
  cast_free(d->cast);
  level_free(d->top);
  free(d);
}

/* ---- names ---- */

typedef struct saying {
  const char *what, *list; /* list: of whose records this is one, NULL = a customer */
  error *e;
} saying;

static error_code unknown_name(const record_level *l, const char *name, const saying *say) {
  const char *near = text_suggest(name, l->name_list, l->schema->count);
  return error_set(say->e, ERR_USAGE, "%s: %s%s%s no field \"%.80s\"%s%s%s", say->what,
                   say->list ? "a record of \"" : "the pack has", say->list ? say->list : "",
                   say->list ? "\" has" : "", name, near ? "; did you mean \"" : "",
                   near ? near : "", near ? "\"?" : "");
}

static error_code place_value(const record_level *l, const handmade_value *v,
                              const handmade_value **row, const saying *say) {
  const int at = words_find(&l->names, v->name, strlen(v->name));
  if (at < 0) return unknown_name(l, v->name, say);
  if (row[at])
    return error_set(say->e, ERR_USAGE, "%s: the field \"%s\" is given twice", say->what, v->name);
  const bool list = l->schema->fields[at].type.kind == TYPE_LIST;
  if (list && v->text)
    return error_set(say->e, ERR_USAGE,
                     "%s: \"%s\" is a list of records, and \"%.80s\" is none: give its records, "
                     "each with its fields",
                     say->what, v->name, v->text);
  if (!list && v->items)
    return error_set(say->e, ERR_USAGE, "%s: \"%s\" is a single value, no list", say->what,
                     v->name);
  row[at] = v;
  return ERR_OK;
}

static error_code place_values(record_level *l, size_t rows, const saying *say) {
  const size_t fields = l->schema->count;
  memset(l->values, 0, rows * fields * sizeof(void *));
  for (size_t r = 0; r < rows; r++)
    for (size_t i = 0; i < l->records[r].count; i++)
      if (place_value(l, &l->records[r].values[i], &l->values[r * fields], say))
        return say->e->code;
  return ERR_OK;
}

/* ---- columns ---- */

static void level_reserve(record_level *l, size_t rows) {
  if (rows < l->capacity) return;
  l->capacity = rows + rows / 2 + 16;
  l->records = mem_grow(l->records, l->capacity, sizeof *l->records);
  l->values = mem_grow(l->values, l->capacity * (l->schema->count + 1), sizeof(void *));
}

static void made_reserve(made *m, size_t rows) {
  if (rows < m->capacity) return;
  m->capacity = rows + rows / 2 + 16;
  m->offsets = mem_grow(m->offsets, m->capacity + 1, sizeof *m->offsets);
  m->valid = mem_grow(m->valid, m->capacity / 8 + 1, 1);
}

static error_code too_long(const saying *say) {
  return error_set(say->e, ERR_USAGE, "%s: more than 2 GiB of records at once", say->what);
}

static error_code text_column(const record_level *l, size_t field_number, size_t rows,
                              const saying *say) {
  made *m = &l->columns[field_number];
  made_reserve(m, rows);
  buffer_clear(&m->bytes);
  buffer_reserve(&m->bytes, 1); /* an Arrow array of texts has bytes, if only none */
  memset(m->valid, 0, rows / 8 + 1);
  m->array.null_count = 0;
  m->offsets[0] = 0;
  for (size_t r = 0; r < rows; r++) {
    const handmade_value *v = l->values[r * l->schema->count + field_number];
    if (v && v->text) {
      buffer_add(&m->bytes, v->text, strlen(v->text));
      m->valid[r / 8] |= (uint8_t)(1u << (r % 8));
    } else {
      m->array.null_count++;
    }
    if (m->bytes.size > INT32_MAX) return too_long(say);
    m->offsets[r + 1] = (int32_t)m->bytes.size;
  }
  m->array.length = (int64_t)rows;
  m->buffers[0] = m->valid;
  m->buffers[1] = m->offsets;
  m->buffers[2] = m->bytes.data;
  return ERR_OK;
}

static error_code level_fill(record_level *l, size_t rows, const saying *say);

/* A list that is not named is an empty one: a customer without orders has none. */
static error_code list_column(const record_level *l, size_t field_number, size_t rows,
                              const saying *say) {
  made *m = &l->columns[field_number];
  size_t total = 0;
  made_reserve(m, rows);
  m->offsets[0] = 0;
  for (size_t r = 0; r < rows; r++) {
    const handmade_value *v = l->values[r * l->schema->count + field_number];
    const size_t n = v ? v->item_count : 0;
    level_reserve(m->items, total + n);
    if (n) memcpy(m->items->records + total, v->items, n * sizeof *v->items);
    total += n;
    if (total > INT32_MAX) return too_long(say);
    m->offsets[r + 1] = (int32_t)total;
  }
  m->array.length = (int64_t)rows;
  m->buffers[1] = m->offsets;
  return level_fill(m->items, total,
                    &(saying){say->what, l->schema->fields[field_number].name, say->e});
}

/* Of l->records, which are there. */
static error_code level_fill(record_level *l, size_t rows, const saying *say) {
  level_reserve(l, rows);
  error_code code = place_values(l, rows, say);
  for (size_t i = 0; i < l->schema->count && !code; i++)
    code = l->columns[i].items ? list_column(l, i, rows, say) : text_column(l, i, rows, say);
  l->self.array.length = (int64_t)rows;
  return code;
}

error_code handmade_cast(handmade_door *d, const handmade_record *records, size_t count,
                         const char *what, batch *out, error *e) {
  error own;
  level_reserve(d->top, count);
  if (count) memcpy(d->top->records, records, count * sizeof *records);
  error_code code = level_fill(d->top, count, &(saying){what, NULL, e ? e : &own});
  return code ? code : cast_rows(d->cast, &d->top->self.array, 0, count, 0, out, NULL, e);
}
