/* The source of SQLite databases: a table, or what a query gives, read in one transaction.
 *
 * It must never write to the database, not even create it, and never bend a value to the declared
 * type of its column: a value that is not of that type refuses its row. */
#include "database.h"
#include <locale.h>

typedef struct reader {
  const assay_request *request;
  database db;
  locale_t numbers; /* to read a double back, whatever the process' locale */
  int64_t rows;
  bool ended; /* another step would begin again */
} reader;

/* ---- one row */

static void refuse(const reader *r, assay_rows *rows, const source_column *c, const char *code,
                   const char *why) {
  sqlite3_stmt *s = r->db.statement;
  int kind = sqlite3_column_type(s, c->index);
  const char *value = kind == SQLITE_BLOB ? (const char *)sqlite3_column_blob(s, c->index)
                                          : (const char *)sqlite3_column_text(s, c->index);
  size_t n = value ? (size_t)sqlite3_column_bytes(s, c->index) : 0;
  assay_rows_reject(rows, code, c->name, value ? value : "", n, "%s", why);
}

/* The shortest of the two usual forms that reads back as the same number. */
static size_t write_double(const reader *r, char *out, int room, double value) {
  sqlite3_snprintf(room, out, "%!.15g", value);
  if (strtod_l(out, NULL, r->numbers) != value) sqlite3_snprintf(room, out, "%!.17g", value);
  return strlen(out);
}

static bool add_text(const reader *r, assay_rows *rows, size_t at, const source_column *c) {
  sqlite3_stmt *s = r->db.statement;
  const char *text = (const char *)sqlite3_column_text(s, c->index);
  size_t n = (size_t)sqlite3_column_bytes(s, c->index);
  if (!text) {
    rows->no_memory = true;
    return false;
  }
  if (memchr(text, 0, n)) {
    refuse(r, rows, c, "BAD_VALUE", "the value holds a NUL byte");
    return false;
  }
  assay_rows_text(rows, at, text, n);
  return true;
}

static bool add_integer(const reader *r, assay_rows *rows, size_t at, const source_column *c,
                        int64_t value) {
  switch (c->type) {
  case ASSAY_INT64:
    assay_rows_int64(rows, at, value);
    return true;
  case ASSAY_DOUBLE:
    if (value <= (int64_t)1 << 53 && value >= -((int64_t)1 << 53)) {
      assay_rows_double(rows, at, (double)value);
      return true;
    }
    refuse(r, rows, c, "BAD_VALUE", "an integer too large for the declared type REAL");
    return false;
  case ASSAY_BOOLEAN:
    if (value == 0 || value == 1) {
      assay_rows_boolean(rows, at, value == 1);
      return true;
    }
    refuse(r, rows, c, "BAD_VALUE", "an integer in a column declared BOOLEAN: expected 0 or 1");
    return false;
  default:
    return add_text(r, rows, at, c);
  }
}

static bool add_double(const reader *r, assay_rows *rows, size_t at, const source_column *c,
                       double value) {
  char text[64];
  if (c->type == ASSAY_DOUBLE) {
    assay_rows_double(rows, at, value);
    return true;
  }
  if (c->type == ASSAY_TEXT) {
    assay_rows_text(rows, at, text, write_double(r, text, sizeof text, value));
    return true;
  }
  bool whole = value >= -9007199254740992.0 && value <= 9007199254740992.0 &&
               value == (double)(int64_t)value;
  if (whole) return add_integer(r, rows, at, c, (int64_t)value);
  bool large = value > 9007199254740992.0 || value < -9007199254740992.0;
  refuse(r, rows, c, "BAD_VALUE",
         large
             ? "a floating-point value that stands for no one integer, in a column declared as an "
               "integer or BOOLEAN"
             : "a fraction in a column declared as an integer or BOOLEAN");
  return false;
}

/* Text in a column of numbers: SQLite keeps what does not convert. Empty text is a missing value.
 */
static bool add_string(const reader *r, assay_rows *rows, size_t at, const source_column *c) {
  if (c->type == ASSAY_TEXT) return add_text(r, rows, at, c);
  int n = sqlite3_column_bytes(r->db.statement, c->index);
  if (n == 0) return true;
  const char *text = (const char *)sqlite3_column_text(r->db.statement, c->index);
  if (c->type == ASSAY_BOOLEAN && text) {
    bool yes = n == 4 && !memcmp(text, "true", 4), no = n == 5 && !memcmp(text, "false", 5);
    if (yes || no) {
      assay_rows_boolean(rows, at, yes);
      return true;
    }
  }
  char why[200];
  snprintf(why, sizeof why, "text in a column declared %.100s", c->declared);
  refuse(r, rows, c, "BAD_VALUE", why);
  return false;
}

static bool add_cell(const reader *r, assay_rows *rows, size_t at, const source_column *c) {
  sqlite3_stmt *s = r->db.statement;
  switch (sqlite3_column_type(s, c->index)) {
  case SQLITE_NULL:
    return true;
  case SQLITE_INTEGER:
    return add_integer(r, rows, at, c, sqlite3_column_int64(s, c->index));
  case SQLITE_FLOAT:
    return add_double(r, rows, at, c, sqlite3_column_double(s, c->index));
  case SQLITE_TEXT:
    return add_string(r, rows, at, c);
  default:
    refuse(r, rows, c, "BAD_VALUE", "a BLOB: expected text or a number");
    return false;
  }
}

/* ---- the stream */

static int fill(void *source, assay_rows *rows) {
  reader *r = source;
  database *db = &r->db;
  while (!r->ended && !assay_rows_full(rows)) {
    if (assay_cancelled(r->request)) return assay_rows_fail(rows, ECANCELED, "cancelled");
    int code = sqlite3_step(db->statement);
    if (code == SQLITE_DONE) {
      r->ended = true;
      break;
    }
    if (code != SQLITE_ROW) {
      char why[800];
      database_explain(db, code, why, sizeof why);
      if ((code & 0xFF) != SQLITE_ERROR) return assay_rows_fail(rows, EIO, "%s", why);
      return assay_rows_fail(rows, EIO, "%s, in the row after number %lld", why,
                             (long long)r->rows); /* of the query's own arithmetic */
    }
    r->rows++;
    for (size_t i = 0; i < db->column_count && add_cell(r, rows, i, &db->columns[i]); i++) {
    }
    int64_t rowid = db->has_rowid ? sqlite3_column_int64(db->statement, 0) : r->rows;
    assay_rows_position(rows, rowid);
    assay_rows_end(rows);
  }
  if (r->request->progress) {
    uint64_t done = (uint64_t)r->rows, total = db->estimate;
    r->request->progress(r->request->progress_ctx, done, total && total < done ? done : total);
  }
  return 0;
}

static void close_reader(void *source) {
  reader *r = source;
  database_close(&r->db);
  if (r->numbers) freelocale(r->numbers);
  free(r);
}

static int stop_when_cancelled(void *request) {
  return assay_cancelled(request);
}

static int start(reader *r, struct ArrowArrayStream *out, assay_plugin_error *error) {
  int code = database_open(&r->db, r->request, error);
  if (code) return code;
  sqlite3_progress_handler(r->db.handle, 20000, stop_when_cancelled, (void *)r->request);
  assay_column *columns = calloc(r->db.column_count + 1, sizeof *columns);
  r->numbers = newlocale(LC_NUMERIC_MASK, "C", (locale_t)0);
  if (!columns || !r->numbers) {
    free(columns);
    return assay_plugin_fail(error, ENOMEM, "out of memory");
  }
  for (size_t i = 0; i < r->db.column_count; i++) {
    columns[i] = (assay_column){r->db.columns[i].name, r->db.columns[i].type};
  }
  code =
      assay_rows_stream(columns, r->db.column_count, r->request, fill, close_reader, r, out, error);
  free(columns);
  return code;
}

static int open_stream(const assay_request *request, struct ArrowArrayStream *out,
                       assay_plugin_error *error) {
  if (request->cursor)
    return assay_plugin_fail(error, ENOTSUP, "this source has no cursor: use query");
  if (request->shards > 1) return assay_plugin_fail(error, ENOTSUP, "this source has no shards");
  reader *r = calloc(1, sizeof *r);
  if (!r) return assay_plugin_fail(error, ENOMEM, "out of memory");
  r->request = request;
  int code = start(r, out, error);
  if (code) close_reader(r);
  return code;
}

static const assay_option options[] = {
    {"path", ASSAY_OPTION_PATH, ASSAY_OPTION_REQUIRED, NULL, NULL,
     "The database file; it is opened read-only.", "数据库文件，以只读方式打开。"},
    {"table", ASSAY_OPTION_TEXT, 0, NULL, NULL, "The table or view to read (or query).",
     "要读取的表或视图（或用 query）。"},
    {"query", ASSAY_OPTION_TEXT, 0, NULL, NULL, "The SELECT whose rows are the records (or table).",
     "返回记录的 SELECT 语句（或用 table）。"},
    {"busy_timeout", ASSAY_OPTION_INTEGER, 0, "5000", NULL,
     "Milliseconds to wait for a database that another program has locked.",
     "数据库被锁定时等待的毫秒数。"},
};

int assay_plugin_init(uint32_t abi_version, const assay_host *host, assay_plugin *plugin,
                      assay_plugin_error *error) {
  static const assay_plugin self = {
      .struct_size = sizeof self,
      .abi_version = ASSAY_PLUGIN_ABI,
      .name = "sqlite",
      .version = ASSAY_VERSION,
      .summary = "Reads a table or the result of a query from a SQLite database.",
      .options = options,
      .option_count = sizeof options / sizeof options[0],
      .option_size = sizeof options[0],
      .open = open_stream,
  };
  (void)host;
  return assay_plugin_fill(abi_version, &self, plugin, error);
}
