/* Builds an Arrow struct array of text columns in an arena and hands it to the cast: a field that no
 * record names is a column of nulls. It must never judge a value itself. */
#include "handmade.h"

#include <string.h>

#include "../base/text.h"
#include "cast.h"

static void release_schema(struct ArrowSchema *s) {
  s->release = NULL;
}

static void release_array(struct ArrowArray *a) {
  a->release = NULL;
}

/* A column and its type; both live in the arena. */
typedef struct made {
  struct ArrowSchema schema;
  struct ArrowArray array;
} made;

static made *make(arena *a, const char *format, const char *name, size_t rows, int buffers,
                  size_t children) {
  made *m = arena_alloc(a, sizeof *m);
  m->schema = (struct ArrowSchema){.format = format,
                                   .name = name,
                                   .flags = ARROW_FLAG_NULLABLE,
                                   .n_children = (int64_t)children,
                                   .children = arena_array(a, children + 1, sizeof(void *)),
                                   .release = release_schema};
  m->array = (struct ArrowArray){.length = (int64_t)rows,
                                 .n_buffers = buffers,
                                 .n_children = (int64_t)children,
                                 .buffers = arena_array(a, 3, sizeof(void *)),
                                 .children = arena_array(a, children + 1, sizeof(void *)),
                                 .release = release_array};
  return m;
}

static void adopt(made *parent, size_t at, made *child) {
  parent->schema.children[at] = &child->schema;
  parent->array.children[at] = &child->array;
}

static const handmade_value *find(const handmade_record *r, const char *name) {
  for (size_t i = 0; i < r->count; i++)
    if (strcmp(r->values[i].name, name) == 0) return &r->values[i];
  return NULL;
}

/* ---- columns ---- */

static made *text_column(arena *a, const field *f, const handmade_record *records, size_t rows) {
  made *m = make(a, "u", f->column, rows, 3, 0);
  uint8_t *valid = arena_alloc(a, rows / 8 + 1);
  int32_t *offsets = arena_array(a, rows + 1, sizeof *offsets);
  size_t bytes = 0;
  for (size_t r = 0; r < rows; r++) {
    const handmade_value *v = find(&records[r], f->name);
    bytes += v && v->text ? strlen(v->text) : 0;
  }
  char *data = arena_alloc(a, bytes + 1);
  for (size_t r = 0; r < rows; r++) {
    const handmade_value *v = find(&records[r], f->name);
    size_t n = v && v->text ? strlen(v->text) : 0, end = (size_t)offsets[r];
    if (n) memcpy(data + end, v->text, n);
    if (v && v->text)
      valid[r / 8] |= (uint8_t)(1u << (r % 8));
    else
      m->array.null_count++;
    offsets[r + 1] = (int32_t)(end + n);
  }
  m->array.buffers[0] = valid;
  m->array.buffers[1] = offsets;
  m->array.buffers[2] = data;
  return m;
}

static made *record_columns(arena *a, const schema *s, const char *name,
                            const handmade_record *records, size_t rows);

/* A list that is not named is an empty one: a customer without orders has none. */
static made *list_column(arena *a, const field *f, const handmade_record *records, size_t rows) {
  made *m = make(a, "+l", f->column, rows, 2, 1);
  int32_t *offsets = arena_array(a, rows + 1, sizeof *offsets);
  size_t total = 0;
  for (size_t r = 0; r < rows; r++) {
    const handmade_value *v = find(&records[r], f->name);
    total += v ? v->item_count : 0;
    offsets[r + 1] = (int32_t)total;
  }
  handmade_record *items = arena_array(a, total + 1, sizeof *items);
  for (size_t r = 0; r < rows; r++) {
    const handmade_value *v = find(&records[r], f->name);
    for (size_t i = 0; v && i < v->item_count; i++) items[(size_t)offsets[r] + i] = v->items[i];
  }
  m->array.buffers[1] = offsets;
  adopt(m, 0, record_columns(a, f->type.record, "item", items, total));
  return m;
}

static made *record_columns(arena *a, const schema *s, const char *name,
                            const handmade_record *records, size_t rows) {
  made *m = make(a, "+s", name, rows, 1, s->count);
  for (size_t i = 0; i < s->count; i++) {
    const field *f = &s->fields[i];
    adopt(m, i,
          f->type.kind == TYPE_LIST ? list_column(a, f, records, rows)
                                    : text_column(a, f, records, rows));
  }
  return m;
}

/* ---- names ---- */

static error_code unknown_name(const schema *s, const char *name, const char *of, const char *what,
                               arena *a, error *e) {
  const char **names = arena_array(a, s->count + 1, sizeof *names);
  for (size_t i = 0; i < s->count; i++) names[i] = s->fields[i].name;
  const char *near = text_suggest(name, names, s->count);
  return error_set(e, ERR_USAGE, "%s: %s no field \"%s\"%s%s%s", what, of, name,
                   near ? "; did you mean \"" : "", near ? near : "", near ? "\"?" : "");
}

static error_code check_names(const schema *s, const handmade_record *r, const char *of,
                              const char *what, arena *a, error *e) {
  error_code code = ERR_OK;
  for (size_t i = 0; i < r->count && !code; i++) {
    const handmade_value *v = &r->values[i];
    int at = schema_find(s, v->name);
    if (at < 0) return unknown_name(s, v->name, of, what, a, e);
    if (find(r, v->name) != v)
      return error_set(e, ERR_USAGE, "%s: the field \"%s\" is given twice", what, v->name);
    const field *f = &s->fields[at];
    if (f->type.kind == TYPE_LIST && v->text)
      return error_set(e, ERR_USAGE,
                       "%s: \"%s\" is a list of records, and \"%s\" is none: give its records, "
                       "each with its fields",
                       what, v->name, v->text);
    if (f->type.kind != TYPE_LIST && v->items)
      return error_set(e, ERR_USAGE, "%s: \"%s\" is a single value, no list", what, v->name);
    const char *inside = arena_format(a, "a record of \"%s\" has", v->name);
    for (size_t k = 0; v->items && k < v->item_count && !code; k++)
      code = check_names(f->type.record, &v->items[k], inside, what, a, e);
  }
  return code;
}

error_code handmade_cast(const schema *s, const handmade_record *records, size_t count,
                         const char *what, batch *out, error *e) {
  arena a = {0};
  cast *c = NULL;
  error_code code = ERR_OK;
  for (size_t r = 0; r < count && !code; r++)
    code = check_names(s, &records[r], "the pack has", what, &a, e);
  if (!code) {
    made *m = record_columns(&a, s, "", records, count);
    code = cast_new(s, NULL, &m->schema, what, &c, e);
    if (!code) code = cast_rows(c, &m->array, 0, count, 0, out, NULL, e);
  }
  cast_free(c);
  arena_deinit(&a);
  return code;
}
