/* The decisions of a batch as a virtual table, so that one statement,
 * INSERT INTO decision_<id> SELECT * FROM assay_batch, writes a whole batch: the B-tree cursor
 * stays at the end of the table and nothing is bound, stepped or reset for each row.
 *
 * It must never copy a value: texts and blobs are handed to SQLite where they lie, so the decisions
 * must stay unchanged until the statement has ended. */
#include "store_inner.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

#define MODULE "assay_batch"

typedef enum cell_kind {
  CELL_SEQUENCE,
  CELL_KEY,
  CELL_FAILED,
  CELL_POSITION,
  CELL_TEXT,
  CELL_CHOICE,
  CELL_BOOLEAN,
  CELL_I64,
  CELL_F64,
  CELL_DENOMINATOR,
  CELL_INPUTS
} cell_kind;

/* One SQL column. */
typedef struct cell {
  cell_kind kind;
  size_t output;
  const char *const *words; /* CHOICE */
  const uint32_t *lengths;
  uint32_t word_count;
} cell;

struct batch_rows {
  const decisions *d;
  const column *keys; /* of d */
  size_t count;
  cell *cells;
  arena arena;
};

typedef struct rows_table {
  sqlite3_vtab base;
  const batch_rows *rows;
} rows_table;

typedef struct rows_cursor {
  sqlite3_vtab_cursor base;
  const batch_rows *rows;
  size_t row;
} rows_cursor;

static int rows_connect(sqlite3 *db, void *aux, int argc, const char *const *argv,
                        sqlite3_vtab **out, char **message) {
  (void)argc, (void)argv, (void)message;
  const batch_rows *rows = aux;
  buffer sql = {0};
  buffer_text(&sql, "CREATE TABLE x (");
  for (size_t i = 0; i < rows->count; i++) buffer_format(&sql, "%sc%zu", i ? ", " : "", i);
  buffer_text(&sql, ")");
  int rc = sqlite3_declare_vtab(db, sql.data);
  buffer_deinit(&sql);
  if (rc != SQLITE_OK) return rc;
  rows_table *table = mem_alloc(sizeof *table);
  table->rows = rows;
  *out = &table->base;
  return SQLITE_OK;
}

static int rows_disconnect(sqlite3_vtab *table) {
  free(table);
  return SQLITE_OK;
}

static int rows_plan(sqlite3_vtab *table, sqlite3_index_info *info) {
  (void)table;
  info->estimatedCost = BATCH_ROWS;
  info->estimatedRows = BATCH_ROWS;
  return SQLITE_OK;
}

static int rows_open(sqlite3_vtab *table, sqlite3_vtab_cursor **out) {
  rows_cursor *cursor = mem_alloc(sizeof *cursor);
  cursor->rows = ((rows_table *)table)->rows;
  *out = &cursor->base;
  return SQLITE_OK;
}

static int rows_close(sqlite3_vtab_cursor *cursor) {
  free(cursor);
  return SQLITE_OK;
}

static int rows_filter(sqlite3_vtab_cursor *base, int number, const char *text, int argc,
                       sqlite3_value **argv) {
  (void)number, (void)text, (void)argc, (void)argv;
  ((rows_cursor *)base)->row = 0;
  return SQLITE_OK;
}

static int rows_next(sqlite3_vtab_cursor *base) {
  ((rows_cursor *)base)->row++;
  return SQLITE_OK;
}

static int rows_eof(sqlite3_vtab_cursor *base) {
  const rows_cursor *cursor = (rows_cursor *)base;
  return !cursor->rows->d || cursor->row >= cursor->rows->d->rows;
}

static int rows_rowid(sqlite3_vtab_cursor *base, sqlite3_int64 *out) {
  *out = (sqlite3_int64)((rows_cursor *)base)->row;
  return SQLITE_OK;
}

static void result_text(sqlite3_context *c, const text_data *t, size_t row, bool blob) {
  if (!t->offsets || (t->missing && t->missing[row])) return;
  uint32_t from = t->offsets[row];
  int n = (int)(t->offsets[row + 1] - from);
  const char *bytes = n ? t->bytes + from : "";
  if (blob)
    sqlite3_result_blob(c, bytes, n, SQLITE_STATIC);
  else
    sqlite3_result_text(c, bytes, n, SQLITE_STATIC);
}

static void result_output(sqlite3_context *c, const cell *x, const column *o, size_t row) {
  switch (x->kind) {
  case CELL_TEXT:
    result_text(c, &o->text, row, false);
    break;
  case CELL_CHOICE: {
    uint32_t word = (uint32_t)o->i32[row];
    if (word < x->word_count)
      sqlite3_result_text(c, x->words[word], (int)x->lengths[word], SQLITE_STATIC);
    break;
  }
  case CELL_BOOLEAN:
    if (o->i32[row] >= 0) sqlite3_result_int(c, o->i32[row] != 0);
    break;
  case CELL_I64:
    if (o->i64[row] != MISSING_I64) sqlite3_result_int64(c, o->i64[row]);
    break;
  case CELL_F64: /* SQLite stores NaN, which is missing here, as NULL itself */
    sqlite3_result_double(c, o->f64[row]);
    break;
  case CELL_DENOMINATOR:
    if (o->i64[row] != MISSING_I64) sqlite3_result_int64(c, o->den[row]);
    break;
  default:
    break;
  }
}

/* A value that is not set is NULL. */
static int rows_column(sqlite3_vtab_cursor *base, sqlite3_context *c, int i) {
  const rows_cursor *cursor = (rows_cursor *)base;
  const batch_rows *rows = cursor->rows;
  const decisions *d = rows->d;
  const cell *x = &rows->cells[i];
  size_t row = cursor->row;
  switch (x->kind) {
  case CELL_SEQUENCE:
    sqlite3_result_int64(c, (sqlite3_int64)d->batch->sequence[row]);
    break;
  case CELL_KEY:
    result_text(c, &rows->keys->text, row, false);
    break;
  case CELL_FAILED:
    sqlite3_result_int(c, d->failed[row] != 0);
    break;
  case CELL_POSITION:
    if (d->batch->position[row] >= 0) sqlite3_result_int64(c, d->batch->position[row]);
    break;
  case CELL_INPUTS:
    result_text(c, &d->inputs, row, true);
    break;
  default:
    if (!d->failed[row]) result_output(c, x, &d->outputs[x->output], row);
  }
  return SQLITE_OK;
}

/* xCreate NULL: the table exists by its name alone and is in no file. */
static const sqlite3_module rows_module = {
    .xConnect = rows_connect,
    .xBestIndex = rows_plan,
    .xDisconnect = rows_disconnect,
    .xOpen = rows_open,
    .xClose = rows_close,
    .xFilter = rows_filter,
    .xNext = rows_next,
    .xEof = rows_eof,
    .xColumn = rows_column,
    .xRowid = rows_rowid,
};

static cell_kind kind_of(type_kind kind) {
  switch (type_storage(kind)) {
  case STORE_I32:
    return kind == TYPE_CHOICE ? CELL_CHOICE : CELL_BOOLEAN;
  case STORE_I64:
  case STORE_RATIO:
    return CELL_I64;
  case STORE_F64:
    return CELL_F64;
  default:
    return CELL_TEXT;
  }
}

static cell output_cell(arena *a, const store_column *o, size_t output) {
  cell c = {.kind = kind_of(o->type.kind), .output = output};
  if (c.kind != CELL_CHOICE) return c;
  c.words = o->type.choices->names;
  c.word_count = (uint32_t)o->type.choices->count;
  uint32_t *lengths = arena_array(a, c.word_count, sizeof *lengths);
  for (size_t i = 0; i < c.word_count; i++) lengths[i] = (uint32_t)strlen(c.words[i]);
  c.lengths = lengths;
  return c;
}

error_code batch_rows_new(store *s, const store_work *w, batch_rows **out, error *e) {
  batch_rows *r = mem_alloc(sizeof *r);
  r->cells = arena_array(&r->arena, w->output_count * 2 + 5, sizeof *r->cells);
  for (cell_kind k = CELL_SEQUENCE; k <= CELL_POSITION; k++)
    r->cells[r->count++] = (cell){.kind = k};
  for (size_t i = 0; i < w->output_count; i++) {
    r->cells[r->count++] = output_cell(&r->arena, &w->outputs[i], i);
    if (w->layout.den[i]) r->cells[r->count++] = (cell){.kind = CELL_DENOMINATOR, .output = i};
  }
  r->cells[r->count++] = (cell){.kind = CELL_INPUTS};
  int rc = sqlite3_create_module_v2(s->db, MODULE, &rows_module, r, NULL);
  if (rc != SQLITE_OK) {
    error_code code = store_fail(s, s->db, rc, "preparing to write", e);
    batch_rows_free(s, r);
    return code;
  }
  *out = r;
  return ERR_OK;
}

void batch_rows_set(batch_rows *r, const decisions *d) {
  r->d = d;
  r->keys = d ? &d->batch->columns[d->batch->schema->key] : NULL;
}

void batch_rows_free(store *s, batch_rows *r) {
  if (!r) return;
  sqlite3_create_module_v2(s->db, MODULE, NULL, NULL, NULL);
  arena_deinit(&r->arena);
  free(r);
}
