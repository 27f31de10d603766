/* The floor, end to end, one thread: reads customers, evaluates each and writes the same tables,
 * columns, blobs and index as the engine's store does, with the same page size, journal mode and
 * size of transaction.
 *
 *   floor csv IN.csv OUT.db        floor sqlite IN.sqlite OUT.db        floor dump IN.csv N
 *
 * It writes one unpublished table set and knows no runs, rejects, duplicates or packs. */
#include <limits.h>
#include <sqlite3.h>
#include "floor.h"

#define COMMIT_ROWS 50000

static sqlite3 *db;
static sqlite3_stmt *insert;
static long written;

static void check(int rc, const char *what) {
  if (rc == SQLITE_OK || rc == SQLITE_DONE || rc == SQLITE_ROW) return;
  fprintf(stderr, "floor: %s: %s\n", what, sqlite3_errmsg(db));
  exit(1);
}

static void execute(const char *sql) {
  check(sqlite3_exec(db, sql, NULL, NULL, NULL), sql);
}

static void open_out(const char *path) {
  check(sqlite3_open(path, &db), path);
  execute(
      "PRAGMA page_size = 8192; PRAGMA cache_size = -8192; PRAGMA temp_store = FILE;"
      "PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL; PRAGMA wal_autocheckpoint = 2000;");
  execute(
      "CREATE TABLE decision_1 (sequence INTEGER PRIMARY KEY, key TEXT NOT NULL, failed INTEGER "
      "NOT "
      "NULL, position INTEGER, score INTEGER, grade TEXT, risk TEXT, days INTEGER, channel TEXT, "
      "credit_limit INTEGER, reasons TEXT, inputs BLOB) STRICT;"
      "CREATE TABLE outcome_1 (sequence INTEGER PRIMARY KEY, kind TEXT NOT NULL, position INTEGER, "
      "key TEXT, code TEXT NOT NULL, field TEXT, rule TEXT, file TEXT, line INTEGER, value TEXT, "
      "message TEXT) STRICT;");
  execute("BEGIN");
  check(sqlite3_prepare_v2(db, "INSERT INTO decision_1 VALUES (?,?,?,?,?,?,?,?,?,?,?,?)", -1,
                           &insert, NULL),
        "insert");
}

static void close_out(void) {
  sqlite3_finalize(insert);
  execute("COMMIT");
  execute("CREATE UNIQUE INDEX decision_1_key ON decision_1 (key);"
          "CREATE INDEX outcome_1_key ON outcome_1 (key);");
  check(sqlite3_close(db), "close");
}

/* ---- the input blob: version, bitmap of the missing, zigzag varints ---- */

static uint8_t *put_varint(uint8_t *p, int64_t value) {
  uint64_t u = ((uint64_t)value << 1) ^ (uint64_t)(value >> 63);
  while (u >= 0x80) {
    *p++ = (uint8_t)(u | 0x80);
    u >>= 7;
  }
  *p++ = (uint8_t)u;
  return p;
}

static uint8_t *put_code(uint8_t *p, uint8_t code) {
  *p++ = code; /* below 128 */
  return p;
}

static int put_inputs(uint8_t *out, const customer *c) {
  uint8_t *p = out;
  uint32_t missing = (uint32_t)(c->rating == RATING_MISSING) << 3 |
                     (uint32_t)(c->close_days == FLOOR_MISSING) << 13 |
                     (uint32_t)(c->quote_hours == FLOOR_MISSING) << 15;
  *p++ = 1;
  *p++ = (uint8_t)missing;
  *p++ = (uint8_t)(missing >> 8);
  *p++ = (uint8_t)(missing >> 16);
  p = put_code(p, c->industry);
  p = put_code(p, c->region);
  p = put_varint(p, llround(c->annual * 100));
  if (c->rating != RATING_MISSING) p = put_code(p, c->rating);
  p = put_varint(p, c->years);
  p = put_varint(p, c->orders);
  p = put_varint(p, llround(c->revenue * 100));
  p = put_varint(p, c->last_order);
  p = put_varint(p, llround(c->late * 10));
  p = put_varint(p, llround(c->overdue * 100));
  p = put_varint(p, llround(c->overdue_90 * 100));
  p = put_varint(p, llround(c->returns * 10000));
  p = put_varint(p, c->complaints);
  if (c->close_days != FLOOR_MISSING) p = put_varint(p, c->close_days);
  p = put_varint(p, c->contact_days);
  if (c->quote_hours != FLOOR_MISSING) p = put_varint(p, c->quote_hours);
  p = put_code(p, c->stage);
  return (int)(p - out);
}

static void write_row(void *ctx, const customer *c) {
  (void)ctx;
  outcome o;
  char key[24], reasons[16];
  uint8_t inputs[160];
  floor_evaluate(c, &o);
  int key_size = (int)(put_int(key, c->id) - key);
  int reasons_size = (int)(put_reasons(reasons, o.key) - reasons);
  int inputs_size = put_inputs(inputs, c);
  sqlite3_bind_int64(insert, 1, written);
  sqlite3_bind_text(insert, 2, key, key_size, SQLITE_STATIC);
  sqlite3_bind_int(insert, 3, 0);
  sqlite3_bind_int64(insert, 4, written + 2);
  sqlite3_bind_int(insert, 5, o.score);
  sqlite3_bind_text(insert, 6, GRADE[o.grade], 1, SQLITE_STATIC);
  sqlite3_bind_text(insert, 7, RISK[o.risk], -1, SQLITE_STATIC);
  sqlite3_bind_int(insert, 8, o.days);
  sqlite3_bind_text(insert, 9, CHANNEL[o.channel], -1, SQLITE_STATIC);
  sqlite3_bind_int64(insert, 10, (int64_t)o.limit * 100);
  sqlite3_bind_text(insert, 11, reasons, reasons_size, SQLITE_STATIC);
  sqlite3_bind_blob(insert, 12, inputs, inputs_size, SQLITE_STATIC);
  check(sqlite3_step(insert), "insert");
  sqlite3_reset(insert);
  if (++written % COMMIT_ROWS == 0) execute("COMMIT; BEGIN");
}

/* ---- records from SQLite ---- */

static uint8_t column_code(const words *t, sqlite3_stmt *s, int i) {
  return words_find(t, (const char *)sqlite3_column_text(s, i), (size_t)sqlite3_column_bytes(s, i));
}

static int32_t column_count(sqlite3_stmt *s, int i) {
  return sqlite3_column_type(s, i) == SQLITE_NULL ? FLOOR_MISSING : sqlite3_column_int(s, i);
}

static void read_row(sqlite3_stmt *s, customer *c) {
  c->id = sqlite3_column_int64(s, 0);
  c->industry = column_code(&industry_words, s, 1);
  c->region = column_code(&region_words, s, 2);
  c->annual = sqlite3_column_double(s, 3);
  c->rating =
      sqlite3_column_type(s, 4) == SQLITE_NULL ? RATING_MISSING : column_code(&rating_words, s, 4);
  c->years = sqlite3_column_int(s, 5);
  c->orders = sqlite3_column_int(s, 6);
  c->revenue = sqlite3_column_double(s, 7);
  c->last_order = sqlite3_column_int(s, 8);
  c->late = sqlite3_column_double(s, 9);
  c->overdue = sqlite3_column_double(s, 10);
  c->overdue_90 = sqlite3_column_double(s, 11);
  c->returns = sqlite3_column_double(s, 12);
  c->complaints = sqlite3_column_int(s, 13);
  c->close_days = column_count(s, 14);
  c->contact_days = sqlite3_column_int(s, 15);
  c->quote_hours = column_count(s, 16);
  c->stage = column_code(&stage_words, s, 17);
}

static void from_sqlite(const char *path) {
  sqlite3 *in;
  sqlite3_stmt *s;
  if (sqlite3_open_v2(path, &in, SQLITE_OPEN_READONLY, NULL) ||
      sqlite3_prepare_v2(in,
                         "SELECT id,industry,region,annual_revenue,credit_rating,years_as_customer,"
                         "orders_12m,revenue_12m,last_order_days,avg_days_late,overdue_amount,"
                         "overdue_90_amount,returns_rate,complaints_12m,expected_close_days,"
                         "last_contact_days,quote_age_hours,stage FROM customers",
                         -1, &s, NULL)) {
    fprintf(stderr, "floor: %s: %s\n", path, sqlite3_errmsg(in));
    exit(1);
  }
  customer c = {0};
  while (sqlite3_step(s) == SQLITE_ROW) {
    read_row(s, &c);
    write_row(NULL, &c);
  }
  sqlite3_finalize(s);
  sqlite3_close(in);
}

static void print_row(void *ctx, const customer *c) {
  outcome o;
  char line[256], *p = line;
  floor_evaluate(c, &o);
  p = put_int(p, c->id);
  *p++ = ',';
  p = put_int(p, o.score);
  *p++ = ',';
  p = put_text(p, GRADE[o.grade]);
  *p++ = ',';
  p = put_text(p, RISK[o.risk]);
  *p++ = ',';
  p = put_int(p, o.days);
  *p++ = ',';
  p = put_text(p, CHANNEL[o.channel]);
  *p++ = ',';
  p = put_int(p, o.limit);
  *p++ = ',';
  p = put_reasons(p, o.key);
  *p++ = '\n';
  fwrite(line, 1, (size_t)(p - line), ctx);
}

int main(int argc, char **argv) {
  if (argc != 4) {
    fprintf(stderr, "usage: floor csv|sqlite IN OUT.db | floor dump IN.csv N\n");
    return 2;
  }
  floor_init();
  if (!strcmp(argv[1], "dump")) {
    floor_csv(argv[2], atol(argv[3]), print_row, stdout);
    return 0;
  }
  open_out(argv[3]);
  if (!strcmp(argv[1], "csv"))
    floor_csv(argv[2], LONG_MAX, write_row, NULL);
  else
    from_sqlite(argv[2]);
  close_out();
  return 0;
}
