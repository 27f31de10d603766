/* Binding: a stream's schema against the fields of the pack, once, before the first record.
 *
 * All that is wrong is said at once, so that an export is mended in one go. */
#include "cast_parts.h"
#include "../base/text.h"
#include "../include/assay/plugin.h"
#include <stdlib.h>

typedef struct binding {
  const char *source;
  buffer wrong; /* one line a fault */
} binding;

static void binding_fault(binding *b, const char *text) {
  if (b->wrong.size > 0) buffer_char(&b->wrong, '\n');
  buffer_format(&b->wrong, "%s: %s", b->source, text);
}

/* ---- metadata ---- */

static int32_t metadata_length(const char **at) {
  int32_t n;
  memcpy(&n, *at, sizeof n);
  *at += sizeof n;
  return n;
}

/* The role of a column: the value for ASSAY_ROLE_KEY in Arrow's encoding of metadata, compared. */
static bool column_has_role(const struct ArrowSchema *s, const char *role) {
  if (!s->metadata) return false;
  const char *at = s->metadata;
  for (int32_t pairs = metadata_length(&at); pairs > 0; pairs--) {
    int32_t key = metadata_length(&at);
    if (key < 0) return false;
    const char *name = at;
    at += key;
    int32_t value = metadata_length(&at);
    if (value < 0) return false;
    if ((size_t)key == strlen(ASSAY_ROLE_KEY) && memcmp(name, ASSAY_ROLE_KEY, (size_t)key) == 0 &&
        (size_t)value == strlen(role) && memcmp(at, role, (size_t)value) == 0)
      return true;
    at += value;
  }
  return false;
}

static bool column_is_data(const struct ArrowSchema *s) {
  return !column_has_role(s, ASSAY_ROLE_POSITION) && !column_has_role(s, ASSAY_ROLE_REJECT);
}

static const char *column_name(const struct ArrowSchema *s) {
  return s->name ? s->name : "";
}

/* ---- what can become what ---- */

static bool castable(source_kind from, type_kind to) {
  if (from == SOURCE_NULL) return true;
  switch (to) {
  case TYPE_KEY:
  case TYPE_TEXT:
  case TYPE_CHOICE:
    return from == SOURCE_TEXT || from == SOURCE_INTEGER;
  case TYPE_INTEGER:
  case TYPE_MONEY:
  case TYPE_DECIMAL:
  case TYPE_NUMBER:
    return from == SOURCE_TEXT || from == SOURCE_INTEGER || from == SOURCE_FLOAT ||
           from == SOURCE_DECIMAL;
  case TYPE_BOOLEAN:
    return from == SOURCE_TEXT || from == SOURCE_BOOLEAN || from == SOURCE_INTEGER;
  case TYPE_DATE:
    return from == SOURCE_TEXT || from == SOURCE_DATE || from == SOURCE_TIMESTAMP;
  case TYPE_TIMESTAMP:
    return from == SOURCE_TEXT || from == SOURCE_TIMESTAMP;
  case TYPE_LIST:
    return from == SOURCE_LIST;
  case TYPE_NONE:
  case TYPE_RATIO:
  case TYPE_CODES:
  case TYPE_DURATION:
  case TYPE_MONTHS:
    return false;
  }
  return false;
}

static void refuse(binding *b, const cast_column *c, const struct ArrowSchema *s, const char *why) {
  buffer text = {0};
  buffer_format(&text, "column '%s' has the Arrow format '%s', %s, which cannot be cast to %s %s",
                column_name(s), s->format ? s->format : "", why, type_name(c->field->type.kind),
                c->name);
  if (s->dictionary && s->dictionary->format)
    buffer_format(&text, " (the dictionary has the format '%s')", s->dictionary->format);
  binding_fault(b, text.data);
  buffer_deinit(&text);
}

static void record_bind(binding *b, cast_record *r, const schema *s, const bool *wanted,
                        const struct ArrowSchema *stream, const cast_column *list);

static void list_bind(binding *b, cast_column *c, const struct ArrowSchema *s) {
  source_type item;
  const char *why;
  if (s->n_children != 1 || !s->children || !s->children[0]) {
    refuse(b, c, s, "a list without the type of its items");
  } else if (!source_type_parse(s->children[0], &item, &why) || item.kind != SOURCE_STRUCT) {
    refuse(b, c, s, "a list of what are no records");
  } else {
    c->record = mem_alloc(sizeof *c->record);
    record_bind(b, c->record, c->field->type.record, NULL, s->children[0], c);
  }
}

static void column_bind(binding *b, cast_column *c, const struct ArrowSchema *s) {
  const field *f = c->field;
  const char *why;
  if (!source_type_parse(s, &c->source, &why)) {
    refuse(b, c, s, why);
  } else if (!castable(c->source.kind, f->type.kind) ||
             (f->type.kind == TYPE_DATE && c->source.kind == SOURCE_TIMESTAMP && c->source.zoned)) {
    refuse(b, c, s, "a type of another kind");
  } else if (c->source.kind == SOURCE_LIST) {
    list_bind(b, c, s);
  }
  if (f->type.kind == TYPE_CHOICE)
    words_init(&c->choices, f->type.choices->names, f->type.choices->count);
}

static void column_absent(binding *b, const field *f, const char *name,
                          const struct ArrowSchema *stream) {
  const char **names = mem_array((size_t)stream->n_children + 1, sizeof *names);
  size_t count = 0;
  for (int64_t i = 0; i < stream->n_children; i++)
    if (column_is_data(stream->children[i])) names[count++] = column_name(stream->children[i]);
  const char *near = text_suggest(f->column, names, count);
  buffer text = {0};
  buffer_format(&text, "no column '%s' for field %s", f->column, name);
  if (f->file) buffer_format(&text, " (%s:%d)", f->file, f->line);
  if (near)
    buffer_format(&text, "; did you mean '%s'?", near);
  else
    buffer_text(&text, "; the columns are: ");
  for (size_t i = 0; i < count && !near; i++)
    buffer_format(&text, "%s%s", i ? ", " : "", i < 30 ? names[i] : "...");
  binding_fault(b, text.data);
  buffer_deinit(&text);
  free(names);
}

/* The columns of a field's name; the first is bound. */
static size_t columns_of(const struct ArrowSchema *stream, const field *f, size_t *child) {
  size_t found = 0;
  for (int64_t i = stream->n_children - 1; i >= 0; i--) {
    const struct ArrowSchema *s = stream->children[i];
    if (strcmp(column_name(s), f->column) != 0 || !column_is_data(s)) continue;
    *child = (size_t)i;
    found++;
  }
  return found;
}

static int by_child(const void *a, const void *b) {
  size_t x = ((const cast_column *)a)->child, y = ((const cast_column *)b)->child;
  return (x > y) - (x < y);
}

static char *dotted(const char *before, const char *name) {
  buffer text = {0};
  if (before) buffer_format(&text, "%s.", before);
  buffer_text(&text, name);
  return text.data;
}

static void field_bind(binding *b, cast_record *r, size_t index, bool wanted,
                       const struct ArrowSchema *stream, const cast_column *list) {
  const field *f = &r->schema->fields[index];
  cast_column c = {.field = f,
                   .field_index = index,
                   .name = dotted(list ? list->name : NULL, f->name),
                   .path = dotted(list ? list->path : NULL, f->column)};
  size_t found = columns_of(stream, f, &c.child);
  if (found > 1) {
    buffer text = {0};
    buffer_format(&text, "the column '%s' is given %zu times; field %s needs exactly one",
                  f->column, found, c.name);
    binding_fault(b, text.data);
    buffer_deinit(&text);
  }
  if (found == 0 && (wanted || f->required)) column_absent(b, f, c.name, stream);
  if (found != 1 || !wanted) {
    free(c.name);
    free(c.path);
    return;
  }
  column_bind(b, &c, stream->children[c.child]);
  r->columns[r->count++] = c;
}

static void record_bind(binding *b, cast_record *r, const schema *s, const bool *wanted,
                        const struct ArrowSchema *stream, const cast_column *list) {
  r->schema = s;
  r->children = (size_t)stream->n_children;
  r->columns = mem_array(s->count, sizeof *r->columns);
  for (size_t i = 0; i < s->count; i++) {
    bool want = !wanted || wanted[i] || (!list && i == s->key);
    field_bind(b, r, i, want, stream, list);
  }
  qsort(r->columns, r->count, sizeof *r->columns, by_child);
}

static void roles_bind(binding *b, cast *c, const struct ArrowSchema *stream) {
  const char *why;
  c->position = c->reject = -1;
  for (int64_t i = 0; i < stream->n_children; i++) {
    const struct ArrowSchema *s = stream->children[i];
    bool position = column_has_role(s, ASSAY_ROLE_POSITION);
    if (!position && !column_has_role(s, ASSAY_ROLE_REJECT)) continue;
    source_type *type = position ? &c->position_type : &c->reject_type;
    bool fits = source_type_parse(s, type, &why) &&
                (position ? type->kind == SOURCE_INTEGER : type->kind == SOURCE_TEXT);
    if (!fits)
      binding_fault(b, position ? "the column of positions must be int64 (Arrow format 'l')"
                                : "the column of rejects must be utf8 (Arrow format 'u')");
    *(position ? &c->position : &c->reject) = i;
  }
}

static bool children_are_there(const struct ArrowSchema *s) {
  if (s->n_children < 0 || (s->n_children > 0 && !s->children)) return false;
  for (int64_t i = 0; i < s->n_children; i++)
    if (!s->children[i] || !children_are_there(s->children[i])) return false;
  return true;
}

error_code cast_new(const schema *s, const bool *wanted, const struct ArrowSchema *stream,
                    const char *source, cast **out, error *e) {
  *out = NULL;
  if (!stream->format || strcmp(stream->format, "+s") != 0 || !children_are_there(stream))
    return error_set(e, ERR_SOURCE,
                     "%s: the stream must be one of records (Arrow format '+s'), found "
                     "'%s'",
                     source, stream->format ? stream->format : "");
  binding b = {.source = source};
  cast *c = mem_alloc(sizeof *c);
  c->source = mem_string(source);
  c->has_missing = s->missing_count > 0;
  words_init(&c->missing, s->missing, s->missing_count);
  record_bind(&b, &c->record, s, wanted, stream, NULL);
  roles_bind(&b, c, stream);
  if (b.wrong.size > 0) {
    error_set(e, ERR_SOURCE, "%s", b.wrong.data);
    buffer_deinit(&b.wrong);
    cast_free(c);
    return ERR_SOURCE;
  }
  *out = c;
  return ERR_OK;
}

static void record_deinit(cast_record *r) {
  for (size_t i = 0; i < r->count; i++) {
    cast_column *c = &r->columns[i];
    free(c->name);
    free(c->path);
    if (c->choices.slots) words_deinit(&c->choices);
    if (c->record) record_deinit(c->record);
    free(c->record);
  }
  free(r->columns);
}

const schema *cast_schema(const cast *c) {
  return c->record.schema;
}

void cast_free(cast *c) {
  if (!c) return;
  record_deinit(&c->record);
  words_deinit(&c->missing);
  free(c->source);
  free(c);
}
