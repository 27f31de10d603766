/* assay rows: the row builder for plugin authors, in one header with nothing behind it but libc.
 *
 * Declare the columns, write one function that adds rows, and assay_rows_stream turns it into an
 * ArrowArrayStream with its schema, batches, errors and releases. A cell that is not set is null.
 * Out of memory is kept in mind and reported by the stream; no call in between needs a check. Also
 * here: the few lines that every plugin needs (descriptor, settings, messages) and the Arrow
 * plumbing below them, for a source that fills its own buffers. */
#ifndef ASSAY_ROWS_H
#define ASSAY_ROWS_H

#include <errno.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "plugin.h"

#ifdef __cplusplus
extern "C" {
#endif

#if defined(__GNUC__)
#define ASSAY_PRINTF(text, first) __attribute__((format(printf, text, first)))
#else
#define ASSAY_PRINTF(text, first)
#endif

/* ------------------------------------------------------------------ what every plugin needs */

/* The body of assay_plugin_init: checks the version, then copies the descriptor. */
static inline int assay_plugin_fill(uint32_t abi_version, const assay_plugin *mine,
                                    assay_plugin *out, assay_plugin_error *error) {
  if (abi_version != ASSAY_PLUGIN_ABI) {
    snprintf(error->message, sizeof error->message,
             "built for plugin ABI %u, this assay speaks %u: build it against this assay's headers",
             ASSAY_PLUGIN_ABI, abi_version);
    return EINVAL;
  }
  size_t room = out->struct_size < sizeof *mine ? out->struct_size : sizeof *mine;
  memcpy(out, mine, room);
  out->struct_size = sizeof *mine;
  return 0;
}

/* Fills the error and returns `code`: return assay_plugin_fail(error, EINVAL, "..."). */
static inline int assay_plugin_fail(assay_plugin_error *error, int code, const char *format, ...)
    ASSAY_PRINTF(3, 4);
static inline int assay_plugin_fail(assay_plugin_error *error, int code, const char *format, ...) {
  va_list args;
  va_start(args, format);
  vsnprintf(error->message, sizeof error->message, format, args);
  va_end(args);
  return code;
}

/* The value of an option (with its default), or NULL. */
static inline const char *assay_setting_text(const assay_request *request, const char *name) {
  for (size_t i = 0; i < request->setting_count; i++) {
    if (!strcmp(request->settings[i].name, name)) return request->settings[i].value;
  }
  return NULL;
}
static inline bool assay_setting_true(const assay_request *request, const char *name) {
  const char *value = assay_setting_text(request, name);
  return value && !strcmp(value, "true");
}
static inline long long assay_setting_integer(const assay_request *request, const char *name,
                                              long long otherwise) {
  const char *value = assay_setting_text(request, name);
  return value ? strtoll(value, NULL, 10) : otherwise;
}
/* Whether the request wants this column. */
static inline bool assay_wants(const assay_request *request, const char *column) {
  for (size_t i = 0; i < request->field_count; i++) {
    if (!strcmp(request->fields[i], column)) return true;
  }
  return request->field_count == 0;
}
/* The flag is written by another thread, so it is read atomically. */
static inline bool assay_cancelled(const assay_request *request) {
  return request->cancel && __atomic_load_n(request->cancel, __ATOMIC_RELAXED);
}

/* Length of the well-formed UTF-8 sequence at `p` (RFC 3629), or 0. */
static inline size_t assay_utf8_length(const char *p, size_t n) {
  const unsigned char *s = (const unsigned char *)p;
  if (n == 0) return 0;
  if (s[0] < 0x80) return 1;
  if (s[0] >= 0xC2 && s[0] <= 0xDF) return n >= 2 && (s[1] & 0xC0) == 0x80 ? 2 : 0;
  if ((s[0] & 0xF0) == 0xE0) {
    if (n < 3 || (s[1] & 0xC0) != 0x80 || (s[2] & 0xC0) != 0x80) return 0;
    bool wrong = (s[0] == 0xE0 && s[1] < 0xA0) || (s[0] == 0xED && s[1] > 0x9F);
    return wrong ? 0 : 3;
  }
  if (s[0] >= 0xF0 && s[0] <= 0xF4) {
    if (n < 4 || (s[1] & 0xC0) != 0x80 || (s[2] & 0xC0) != 0x80 || (s[3] & 0xC0) != 0x80) return 0;
    bool wrong = (s[0] == 0xF0 && s[1] < 0x90) || (s[0] == 0xF4 && s[1] > 0x8F);
    return wrong ? 0 : 4;
  }
  return 0;
}

/* Writes a value of unknown origin so that it can be shown: control characters and bytes that are
 * not UTF-8 as \xNN, cut at the room with "...". Returns the length; `room` is at least 8. */
static inline size_t assay_printable(char *out, size_t room, const char *value, size_t n) {
  static const char hex[] = "0123456789ABCDEF";
  size_t used = 0;
  for (size_t i = 0; i < n;) {
    size_t length = assay_utf8_length(value + i, n - i);
    bool plain = length > 1 || (length == 1 && (unsigned char)value[i] >= 32 && value[i] != 127);
    size_t need = plain ? length : 4;
    if (used + need + 4 > room) {
      memcpy(out + used, "...", 3);
      used += 3;
      break;
    }
    if (plain) {
      memcpy(out + used, value + i, length);
      i += length;
    } else {
      unsigned char byte = (unsigned char)value[i++];
      const char shown[4] = {'\\', 'x', hex[byte >> 4], hex[byte & 15]};
      memcpy(out + used, shown, 4);
    }
    used += need;
  }
  out[used] = 0;
  return used;
}

/* ------------------------------------------------------------------ rows */

typedef enum assay_cell_type {
  ASSAY_TEXT = 1, /* UTF-8 */
  ASSAY_INT64,
  ASSAY_DOUBLE,
  ASSAY_BOOLEAN,
  ASSAY_DATE,     /* days since 1970-01-01 */
  ASSAY_TIMESTAMP /* seconds since 1970-01-01T00:00:00Z */
} assay_cell_type;

typedef struct assay_column {
  const char *name; /* copied */
  assay_cell_type type;
} assay_column;

/* One column under construction. */
typedef struct assay_cells {
  assay_cell_type type;
  unsigned char *valid; /* one bit a row */
  void *values;         /* fixed width, or the offsets of a text column (int32, rows + 1) */
  char *text;
  size_t text_size, text_capacity;
  int64_t filled;
} assay_cells;

typedef struct assay_rows {
  size_t capacity;    /* rows of a batch */
  size_t count;       /* rows ended so far */
  size_t columns;     /* declared; after them come the position and the reject */
  assay_cells *cells; /* columns + 2 */
  char **names;       /* of the columns */
  size_t bytes;       /* of text in this batch */
  bool no_memory;
  char message[1024]; /* what assay_rows_fail said */
} assay_rows;

#define ASSAY_ROWS_BYTES ((size_t)16 << 20) /* of text, at which a batch is full */

/* Adds rows until assay_rows_full; adding none ends the stream. Not 0: assay_rows_fail said why. */
typedef int assay_rows_fill(void *source, assay_rows *rows);

/* Turns `fill` into a stream that gives the columns that the request wants (all, when one that it
 * wants is not declared). On success the stream owns `source` and calls `close` (may be NULL) once
 * when it is released; on failure (not 0, error filled) the caller still owns it. */
static inline int assay_rows_stream(const assay_column *columns, size_t count,
                                    const assay_request *request, assay_rows_fill *fill,
                                    void (*close)(void *source), void *source,
                                    struct ArrowArrayStream *out, assay_plugin_error *error);

static inline bool assay_rows_full(const assay_rows *rows) {
  return rows->count >= rows->capacity || rows->bytes >= ASSAY_ROWS_BYTES || rows->no_memory;
}

/* Ends the stream with an error that an operator can act on; returns `code` (an errno value). */
static inline int assay_rows_fail(assay_rows *rows, int code, const char *format, ...)
    ASSAY_PRINTF(3, 4);
static inline int assay_rows_fail(assay_rows *rows, int code, const char *format, ...) {
  va_list args;
  va_start(args, format);
  vsnprintf(rows->message, sizeof rows->message, format, args);
  va_end(args);
  return code ? code : EIO;
}

static inline void assay_rows_mark(assay_rows *rows, assay_cells *c) {
  unsigned char bit = (unsigned char)(1u << (rows->count & 7));
  if (!(c->valid[rows->count >> 3] & bit)) c->filled++;
  c->valid[rows->count >> 3] |= bit;
}

static inline bool assay_rows_reserve(assay_rows *rows, assay_cells *c, size_t extra) {
  if (extra <= c->text_capacity - c->text_size) return true;
  size_t capacity = c->text_capacity * 2 + extra + 64;
  char *grown = capacity > INT32_MAX ? NULL : (char *)realloc(c->text, capacity);
  if (!grown) {
    rows->no_memory = true;
    return false;
  }
  c->text = grown;
  c->text_capacity = capacity;
  return true;
}

static inline void assay_rows_put(assay_rows *rows, size_t column, const char *text, size_t n) {
  assay_cells *c = &rows->cells[column];
  if (rows->no_memory || !assay_rows_reserve(rows, c, n + 1)) return;
  c->text_size =
      (size_t)((int32_t *)c->values)[rows->count]; /* a second value replaces the first */
  if (n) memcpy(c->text + c->text_size, text, n);
  c->text_size += n;
  rows->bytes += n;
  assay_rows_mark(rows, c);
}

/* This row cannot be read: it becomes a reject with the code (RAGGED, ENCODING, BAD_VALUE or a word
 * of the source's own in capitals), field ("" = the whole record), value (any bytes) and message.
 * The row is still to be ended; of several rejects of a row the first stands. */
static inline void assay_rows_reject(assay_rows *rows, const char *code, const char *field,
                                     const char *value, size_t value_size, const char *format, ...)
    ASSAY_PRINTF(6, 7);
static inline void assay_rows_reject(assay_rows *rows, const char *code, const char *field,
                                     const char *value, size_t value_size, const char *format,
                                     ...) {
  char shown[3][256], message[512], text[1024];
  const assay_cells *c = &rows->cells[rows->columns + 1];
  if (rows->no_memory || (c->valid[rows->count >> 3] >> (rows->count & 7) & 1)) return;
  va_list args;
  va_start(args, format);
  vsnprintf(message, sizeof message, format, args);
  va_end(args);
  assay_printable(shown[0], 160, field, strlen(field));
  assay_printable(shown[1], 160, value, value_size);
  assay_printable(shown[2], 256, message, strlen(message));
  int n = snprintf(text, sizeof text, "%.40s%c%s%c%s%c%s", code, ASSAY_REJECT_SEPARATOR, shown[0],
                   ASSAY_REJECT_SEPARATOR, shown[1], ASSAY_REJECT_SEPARATOR, shown[2]);
  if (n > 0) assay_rows_put(rows, rows->columns + 1, text, (size_t)n);
}

/* Cells of the row under construction; `column` is the index in the declaration, and its type must
 * be the declared one. Text that is not UTF-8 rejects the row as ENCODING. */
static inline void assay_rows_text(assay_rows *rows, size_t column, const char *text, size_t n) {
  size_t i = 0;
  while (i < n && (unsigned char)text[i] < 0x80) i++;
  while (i < n) {
    size_t length = assay_utf8_length(text + i, n - i);
    if (!length) {
      assay_rows_reject(rows, "ENCODING", rows->names[column], text, n,
                        "the value holds bytes that are not UTF-8");
      return;
    }
    i += length;
  }
  assay_rows_put(rows, column, text, n);
}
static inline void assay_rows_int64(assay_rows *rows, size_t column, int64_t value) {
  if (rows->no_memory) return;
  ((int64_t *)rows->cells[column].values)[rows->count] = value;
  assay_rows_mark(rows, &rows->cells[column]);
}
static inline void assay_rows_double(assay_rows *rows, size_t column, double value) {
  if (rows->no_memory) return;
  ((double *)rows->cells[column].values)[rows->count] = value;
  assay_rows_mark(rows, &rows->cells[column]);
}
static inline void assay_rows_boolean(assay_rows *rows, size_t column, bool value) {
  if (rows->no_memory) return;
  unsigned char bit = (unsigned char)(1u << (rows->count & 7));
  unsigned char *byte = &((unsigned char *)rows->cells[column].values)[rows->count >> 3];
  *byte = (unsigned char)(value ? *byte | bit : *byte & ~bit);
  assay_rows_mark(rows, &rows->cells[column]);
}
static inline void assay_rows_date(assay_rows *rows, size_t column, int32_t days) {
  if (rows->no_memory) return;
  ((int32_t *)rows->cells[column].values)[rows->count] = days;
  assay_rows_mark(rows, &rows->cells[column]);
}
static inline void assay_rows_timestamp(assay_rows *rows, size_t column, int64_t seconds) {
  assay_rows_int64(rows, column, seconds);
}
static inline void assay_rows_null(assay_rows *rows, size_t column) {
  if (rows->no_memory) return;
  assay_cells *c = &rows->cells[column];
  unsigned char bit = (unsigned char)(1u << (rows->count & 7));
  if (c->valid[rows->count >> 3] & bit) c->filled--;
  c->valid[rows->count >> 3] = (unsigned char)(c->valid[rows->count >> 3] & ~bit);
  if (c->type == ASSAY_TEXT) c->text_size = (size_t)((int32_t *)c->values)[rows->count];
}

/* Where the row begins in the source: a line number, a row id. */
static inline void assay_rows_position(assay_rows *rows, int64_t position) {
  assay_rows_int64(rows, rows->columns, position);
}

/* Ends the row. */
static inline void assay_rows_end(assay_rows *rows) {
  if (rows->no_memory || rows->count >= rows->capacity) return;
  rows->count++;
  for (size_t i = 0; i < rows->columns + 2; i++) {
    assay_cells *c = &rows->cells[i];
    if (c->type == ASSAY_TEXT) ((int32_t *)c->values)[rows->count] = (int32_t)c->text_size;
  }
}

/* ------------------------------------------------------------------ Arrow plumbing */

typedef struct assay_arrow_private {
  const void *buffers[3];
  struct ArrowArray *children; /* of a struct: one block, and pointers into it */
  struct ArrowArray **pointers;
} assay_arrow_private;

static inline void assay_arrow_array_release(struct ArrowArray *array) {
  assay_arrow_private *p = (assay_arrow_private *)array->private_data;
  for (int64_t i = 0; i < array->n_children; i++) {
    /* a consumer may have moved a child out: then its release is NULL */
    if (array->children[i]->release) array->children[i]->release(array->children[i]);
  }
  for (int i = 0; i < 3; i++) free((void *)p->buffers[i]);
  free(p->children);
  free(p->pointers);
  free(p);
  array->release = NULL;
}

/* Makes a column of malloc'ed buffers (validity, values or offsets, text; NULL where not needed),
 * which it owns, also when it fails (false). */
static inline bool assay_arrow_column(struct ArrowArray *out, size_t length, int64_t nulls,
                                      int buffers, void *valid, void *values, void *text) {
  assay_arrow_private *p = (assay_arrow_private *)calloc(1, sizeof *p);
  if (!p || !out) {
    free(p);
    free(valid);
    free(values);
    free(text);
    return false;
  }
  memset(out, 0, sizeof *out);
  p->buffers[0] = valid;
  p->buffers[1] = values;
  p->buffers[2] = text;
  out->length = (int64_t)length;
  out->null_count = nulls;
  out->n_buffers = buffers;
  out->buffers = p->buffers;
  out->release = assay_arrow_array_release;
  out->private_data = p;
  return true;
}

/* Makes a struct of `children` columns, each still to be made (released ones are skipped on
 * release). */
static inline bool assay_arrow_struct(struct ArrowArray *out, size_t length, size_t children) {
  if (!assay_arrow_column(out, length, 0, 1, NULL, NULL, NULL)) return false;
  assay_arrow_private *p = (assay_arrow_private *)out->private_data;
  p->children = (struct ArrowArray *)calloc(children + 1, sizeof *p->children);
  p->pointers = (struct ArrowArray **)calloc(children + 1, sizeof(void *));
  if (!p->children || !p->pointers) {
    out->release(out);
    return false;
  }
  for (size_t i = 0; i < children; i++) p->pointers[i] = &p->children[i];
  out->children = p->pointers;
  out->n_children = (int64_t)children;
  return true;
}

static inline void assay_arrow_schema_release(struct ArrowSchema *schema) {
  struct ArrowSchema **children = schema->n_children > 0 ? schema->children : NULL;
  for (int64_t i = 0; children && i < schema->n_children; i++) {
    if (children[i]->release) children[i]->release(children[i]);
  }
  if (children) free(children[0]); /* one block */
  free(children);
  free((void *)schema->metadata);
  free((void *)schema->name);
  schema->release = NULL;
}

/* The metadata of a column with a role, in Arrow's encoding: a count, then lengths and texts. */
static inline char *assay_arrow_role(const char *role) {
  const char *parts[2] = {ASSAY_ROLE_KEY, role};
  int32_t pairs = 1;
  char *metadata = (char *)malloc(3 * sizeof pairs + strlen(parts[0]) + strlen(parts[1]));
  if (!metadata) return NULL;
  char *at = metadata;
  memcpy(at, &pairs, sizeof pairs);
  at += sizeof pairs;
  for (int i = 0; i < 2; i++) {
    int32_t n = (int32_t)strlen(parts[i]);
    memcpy(at, &n, sizeof n);
    memcpy(at + sizeof n, parts[i], (size_t)n);
    at += sizeof n + (size_t)n;
  }
  return metadata;
}

/* `format` must live for ever; name is copied; role may be NULL. Children are still to be made. */
static inline bool assay_arrow_schema(struct ArrowSchema *out, const char *format, const char *name,
                                      const char *role, size_t children) {
  memset(out, 0, sizeof *out);
  out->format = format;
  out->flags = ARROW_FLAG_NULLABLE;
  out->release = assay_arrow_schema_release;
  size_t n = strlen(name) + 1;
  char *copy = (char *)malloc(n);
  if (copy) memcpy(copy, name, n);
  out->name = copy;
  if (role) out->metadata = assay_arrow_role(role);
  bool ok = copy && (!role || out->metadata);
  if (ok && children) {
    struct ArrowSchema *block = (struct ArrowSchema *)calloc(children, sizeof *block);
    out->children = (struct ArrowSchema **)calloc(children, sizeof(void *));
    ok = block && out->children;
    if (!ok) {
      free(block);
      free(out->children);
      out->children = NULL;
    } else {
      for (size_t i = 0; i < children; i++) out->children[i] = block + i;
      out->n_children = (int64_t)children;
    }
  }
  if (!ok) out->release(out);
  return ok;
}

/* ------------------------------------------------------------------ the stream of a filler */

typedef struct assay_rows_state {
  assay_rows rows;
  size_t *shown; /* the columns that the stream gives, the position and the reject included */
  size_t shown_count;
  assay_rows_fill *fill;
  void (*close)(void *source);
  void *source;
  bool ended;
  int failed;
} assay_rows_state;

static inline const char *assay_cell_format(assay_cell_type type) {
  switch (type) {
  case ASSAY_INT64:
    return "l";
  case ASSAY_DOUBLE:
    return "g";
  case ASSAY_BOOLEAN:
    return "b";
  case ASSAY_DATE:
    return "tdD";
  case ASSAY_TIMESTAMP:
    return "tss:UTC";
  default:
    return "u";
  }
}

static inline void assay_cells_free(assay_cells *c) {
  free(c->valid);
  free(c->values);
  free(c->text);
  c->valid = NULL;
  c->values = NULL;
  c->text = NULL;
  c->text_size = c->text_capacity = 0;
  c->filled = 0;
}

/* Fresh buffers for the next batch; a text column begins with what the last one needed. */
static inline bool assay_cells_renew(assay_cells *c, size_t rows, size_t text_hint) {
  size_t width = c->type == ASSAY_DATE || c->type == ASSAY_TEXT ? 4 : 8;
  assay_cells_free(c);
  c->valid = (unsigned char *)calloc(rows / 8 + 1, 1);
  c->values = c->type == ASSAY_BOOLEAN ? calloc(rows / 8 + 1, 1) : calloc(rows + 1, width);
  if (c->type == ASSAY_TEXT) {
    c->text_capacity = text_hint + 64;
    c->text = (char *)malloc(c->text_capacity);
    if (!c->text) return false;
  }
  return c->valid && c->values;
}

static inline void assay_rows_state_free(assay_rows_state *s) {
  for (size_t i = 0; s->rows.cells && i < s->rows.columns + 2; i++) {
    assay_cells_free(&s->rows.cells[i]);
  }
  for (size_t i = 0; s->rows.names && i < s->rows.columns; i++) free(s->rows.names[i]);
  free(s->rows.names);
  free(s->shown);
  free(s->rows.cells);
  free(s);
}

static inline int assay_rows_get_schema(struct ArrowArrayStream *stream, struct ArrowSchema *out) {
  assay_rows_state *s = (assay_rows_state *)stream->private_data;
  size_t n = s->rows.columns;
  bool ok = assay_arrow_schema(out, "+s", "", NULL, s->shown_count);
  for (size_t i = 0; ok && i < s->shown_count; i++) {
    size_t at = s->shown[i];
    const char *name = at < n ? s->rows.names[at] : at == n ? "position" : "reject";
    const char *role = at < n ? NULL : at == n ? ASSAY_ROLE_POSITION : ASSAY_ROLE_REJECT;
    ok = assay_arrow_schema(out->children[i], assay_cell_format(s->rows.cells[at].type), name, role,
                            0);
  }
  if (ok) return 0;
  if (out->release) out->release(out);
  return assay_rows_fail(&s->rows, ENOMEM, "out of memory");
}

/* Hands the buffers over; those of the columns that nobody wants stay and are freed with the next
 * batch. */
static inline bool assay_rows_export(assay_rows_state *s, struct ArrowArray *out) {
  assay_rows *rows = &s->rows;
  bool ok = assay_arrow_struct(out, rows->count, s->shown_count);
  for (size_t i = 0; ok && i < s->shown_count; i++) {
    assay_cells *c = &rows->cells[s->shown[i]];
    ok = assay_arrow_column(out->children[i], rows->count, (int64_t)rows->count - c->filled,
                            c->type == ASSAY_TEXT ? 3 : 2, c->valid, c->values, c->text);
    c->valid = NULL;
    c->values = NULL;
    c->text = NULL;
  }
  if (!ok && out->release) out->release(out);
  return ok;
}

static inline int assay_rows_get_next(struct ArrowArrayStream *stream, struct ArrowArray *out) {
  assay_rows_state *s = (assay_rows_state *)stream->private_data;
  assay_rows *rows = &s->rows;
  memset(out, 0, sizeof *out);
  if (s->failed) return s->failed;
  if (s->ended) return 0;
  rows->count = rows->bytes = 0;
  for (size_t i = 0; i < rows->columns + 2; i++) {
    assay_cells *c = &rows->cells[i];
    if (!assay_cells_renew(c, rows->capacity, c->text_size)) rows->no_memory = true;
  }
  rows->message[0] = 0;
  int code = rows->no_memory ? 0 : s->fill(s->source, rows);
  if (!code && !rows->no_memory && rows->count == 0) s->ended = true;
  if (!code && !s->ended && (rows->no_memory || !assay_rows_export(s, out))) {
    code = assay_rows_fail(rows, ENOMEM, "out of memory");
  }
  if (code && !rows->message[0])
    assay_rows_fail(rows, code, "the source failed: %s", strerror(code));
  s->failed = code;
  return code;
}

static inline const char *assay_rows_last_error(struct ArrowArrayStream *stream) {
  assay_rows_state *s = (assay_rows_state *)stream->private_data;
  return s->rows.message[0] ? s->rows.message : NULL;
}

static inline void assay_rows_release(struct ArrowArrayStream *stream) {
  assay_rows_state *s = (assay_rows_state *)stream->private_data;
  if (s->close) s->close(s->source);
  assay_rows_state_free(s);
  stream->release = NULL;
}

static inline bool assay_rows_declares(const assay_column *columns, size_t count,
                                       const char *name) {
  for (size_t i = 0; i < count; i++) {
    if (!strcmp(columns[i].name, name)) return true;
  }
  return false;
}

static inline void assay_rows_choose(assay_rows_state *s, const assay_column *columns, size_t count,
                                     const assay_request *request) {
  bool all = false;
  for (size_t i = 0; i < request->field_count; i++) {
    all = all || !assay_rows_declares(columns, count, request->fields[i]);
  }
  for (size_t i = 0; i < count + 2; i++) {
    if (all || i >= count || assay_wants(request, columns[i].name)) s->shown[s->shown_count++] = i;
  }
}

static inline int assay_rows_stream(const assay_column *columns, size_t count,
                                    const assay_request *request, assay_rows_fill *fill,
                                    void (*close)(void *source), void *source,
                                    struct ArrowArrayStream *out, assay_plugin_error *error) {
  assay_rows_state *s = (assay_rows_state *)calloc(1, sizeof *s);
  size_t batch_rows = request->batch_rows;
  bool ok = s != NULL;
  if (ok) {
    s->rows.capacity = batch_rows == 0 ? 2048 : batch_rows > 65536 ? 65536 : batch_rows;
    s->rows.columns = count;
    s->rows.cells = (assay_cells *)calloc(count + 2, sizeof *s->rows.cells);
    s->rows.names = (char **)calloc(count + 1, sizeof *s->rows.names);
    s->shown = (size_t *)calloc(count + 2, sizeof *s->shown);
    ok = s->rows.cells && s->rows.names && s->shown;
  }
  for (size_t i = 0; ok && i < count; i++) {
    size_t n = strlen(columns[i].name) + 1;
    s->rows.cells[i].type = columns[i].type;
    s->rows.names[i] = (char *)malloc(n);
    ok = s->rows.names[i] != NULL;
    if (ok) memcpy(s->rows.names[i], columns[i].name, n);
  }
  if (!ok) {
    if (s) assay_rows_state_free(s);
    return assay_plugin_fail(error, ENOMEM, "out of memory");
  }
  assay_rows_choose(s, columns, count, request);
  s->rows.cells[count].type = ASSAY_INT64;
  s->rows.cells[count + 1].type = ASSAY_TEXT;
  s->fill = fill;
  s->close = close;
  s->source = source;
  out->get_schema = assay_rows_get_schema;
  out->get_next = assay_rows_get_next;
  out->get_last_error = assay_rows_last_error;
  out->release = assay_rows_release;
  out->private_data = s;
  return 0;
}

#ifdef __cplusplus
}
#endif
#endif
