/* The SQLite source, as tables and output. */
#include "source_read.h"
#include <sqlite3.h>
#include <sys/stat.h>

static plugin_host *host;
static const assay_plugin *source;

typedef struct example {
  const char *what, *sql, *settings, *fields, *output;
} example;

static const example examples[] = {
    {"a table",
     "CREATE TABLE t(id INTEGER PRIMARY KEY, name TEXT, amount REAL, note);"
     "INSERT INTO t VALUES(5, 'Anna', 12.5, 'x'), (2, '北京', NULL, 7)",
     "table=t", NULL, "# id|name|amount|note\n2: 2|北京|~|7\n5: 5|Anna|12.5|x\n"},
    {"only what is wanted",
     "CREATE TABLE t(a INTEGER, b TEXT, c TEXT); INSERT INTO t VALUES(1, 2, 3)", "table=t", "c,a",
     "# a|c\n1: 1|3\n"},
    {"a wanted field that is not there",
     "CREATE TABLE t(a INTEGER, b TEXT); INSERT INTO t VALUES(1, 2)", "table=t", "aa",
     "# a|b\n1: 1|2\n"},
    {"a query", "CREATE TABLE t(a INTEGER, b TEXT); INSERT INTO t VALUES(1, 'x'), (2, 'y')",
     "query=SELECT\ta+1\tAS\tn,\tb\tFROM\tt\tORDER\tBY\ta\tDESC;", NULL, "# n|b\n1: 3|y\n2: 2|x\n"},
    {"values that are not of the declared type",
     "CREATE TABLE t(i INTEGER, r REAL, f BOOLEAN, x TEXT);"
     "INSERT INTO t VALUES(1, 2, 1, 'ok'), ('many', 2, 0, 'ok'), (1.5, 2, 0, 'ok'),"
     "(1, 'much', 0, 'ok'), (1, 2, 7, 'ok'), (1, 2, 'no', 'ok'), (1, 2, 'true', x'00FF'),"
     "(x'0102', 1, 1, 'ok'), ('', '', '', ''), (1, 9007199254740993, 1, 'ok')",
     "table=t", NULL,
     "# i|r|f|x\n1: 1|2|true|ok\n2! BAD_VALUE i [many] text in a column declared INTEGER\n"
     "3! BAD_VALUE i [1.5] a fraction in a column declared as an integer or BOOLEAN\n"
     "4! BAD_VALUE r [much] text in a column declared REAL\n"
     "5! BAD_VALUE f [7] an integer in a column declared BOOLEAN: expected 0 or 1\n"
     "6! BAD_VALUE f [no] text in a column declared BOOLEAN\n"
     "7! BAD_VALUE x [\\x00\\xFF] a BLOB: expected text or a number\n"
     "8! BAD_VALUE i [\\x01\\x02] a BLOB: expected text or a number\n"
     "9: ~|~|~|\n10: 1|9007199254740992|true|ok\n"},
    {"text that is no text",
     "CREATE TABLE t(a TEXT); INSERT INTO t VALUES(CAST(x'B0A1' AS TEXT)), (CAST(x'610062' AS "
     "TEXT))",
     "table=t", NULL,
     "# a\n1! ENCODING a [\\xB0\\xA1] the value holds bytes that are not UTF-8\n"
     "2! BAD_VALUE a [a\\x00b] the value holds a NUL byte\n"},
    {"numbers in columns without a type keep their value",
     "CREATE TABLE t(a, b NUMERIC); INSERT INTO t VALUES(0.1, 1234567.89), (0.1 + 0.2, 3)",
     "table=t", NULL, "# a|b\n1: 0.1|1234567.89\n2: 0.30000000000000004|3\n"},
    {"a view and a table without row ids are counted",
     "CREATE TABLE t(k TEXT PRIMARY KEY, n INTEGER) WITHOUT ROWID;"
     "INSERT INTO t VALUES('b', 1), ('a', 2); CREATE VIEW v AS SELECT n FROM t",
     "table=t", NULL, "# k|n\n1: a|2\n2: b|1\n"},
    {"a column that is called rowid", "CREATE TABLE t(rowid TEXT); INSERT INTO t VALUES('x')",
     "table=t", NULL, "# rowid\n1: x\n"},
    {"names that need quotes",
     "CREATE TABLE \"a \"\"b\"(\"select\" TEXT, \"x y\" TEXT, \"o'c\" INT); INSERT INTO \"a "
     "\"\"b\" "
     "VALUES(1, 2, 3)",
     "table=a\t\"b", NULL, "# select|x y|o'c\n1: 1|2|3\n"},
    {"no such table", "CREATE TABLE customers(a); CREATE TABLE orders(a)", "table=custmers", NULL,
     "error: plugin sqlite: FILE: no table \"custmers\"; did you mean \"customers\"? It has "
     "customers, "
     "orders\n"},
    {"an empty table", "CREATE TABLE t(a INTEGER, b)", "table=t", NULL, "# a|b\n"},
    {"a query with a mistake", "CREATE TABLE t(a)", "query=SELECT\tb\tFROM\tt", NULL,
     "error: plugin sqlite: query: no such column: b\n"},
    {"a query that writes", "CREATE TABLE t(a)", "query=DELETE\tFROM\tt", NULL,
     "error: plugin sqlite: query: expected a SELECT that gives rows: DELETE FROM t\n"},
    {"two queries", "CREATE TABLE t(a)", "query=SELECT\ta\tFROM\tt;\tSELECT\t1", NULL,
     "error: plugin sqlite: query: one statement is expected, more follows: SELECT 1\n"},
    {"a query and a remark", "CREATE TABLE t(a); INSERT INTO t VALUES(1)",
     "query=SELECT\ta\tFROM\tt;\t--\tall;\n/*\tof\tthem\t*/;", NULL, "# a\n1: 1\n"},
    {"a remark alone", "CREATE TABLE t(a)", "query=--\tnothing", NULL,
     "error: plugin sqlite: query: expected a SELECT that gives rows: -- nothing\n"},
    {"a parameter", "CREATE TABLE t(a)", "query=SELECT\ta\tFROM\tt\tWHERE\ta\t>\t:least", NULL,
     "error: plugin sqlite: query: nothing gives the parameter :least a value: write the value "
     "itself\n"},
    {"a query of a table that is not there", "CREATE TABLE customers(a)",
     "query=SELECT\ta\tFROM\tcustomer", NULL,
     "error: plugin sqlite: FILE: no table \"customer\"; did you mean \"customers\"? It has "
     "customers\n"},
    {"a query that fails at a row", "CREATE TABLE t(a); INSERT INTO t VALUES('{}'), ('{')",
     "query=SELECT\tjson_extract(a,'$')\tAS\ta\tFROM\tt", NULL,
     "# a\nerror: FILE: malformed JSON, in the row after number 1\n"},
    {"a view of a table that is gone",
     "CREATE TABLE t(a); CREATE VIEW v AS SELECT * FROM t; DROP TABLE t", "table=v", NULL,
     "error: plugin sqlite: FILE: v: no such table: main.t: mend the view\n"},
    {"an integer that is kept as a large fraction",
     "CREATE TABLE t(i INTEGER); INSERT INTO t VALUES(9.3e18), (4e0)", "table=t", NULL,
     "# i\n1! BAD_VALUE i [9.3e+18] a floating-point value that stands for no one integer, in a "
     "column declared as an integer or BOOLEAN\n2: 4\n"},
    {"numbers that are none",
     "CREATE TABLE t(r REAL, x); INSERT INTO t VALUES(9e999, -9e999), (0.0 / 0, 9e999 - 9e999)",
     "table=t", NULL, "# r|x\n1: inf|-Inf\n2: ~|~\n"},
    {"a column twice", "CREATE TABLE t(a)", "query=SELECT\ta,a\tFROM\tt", NULL,
     "error: plugin sqlite: FILE: the column \"a\" is there twice: rename one with AS\n"},
    {"neither", "CREATE TABLE t(a)", "", NULL,
     "error: plugin sqlite: FILE: set either table or query\n"},
};

static void run_sql(sqlite3 *db, const char *sql) {
  char *message = NULL;
  if (sqlite3_exec(db, sql, NULL, NULL, &message)) fail_msg("%s: %s", sql, message);
}

static sqlite3 *new_database(const char *sql) {
  sqlite3 *db;
  unlink(test_file("in.db"));
  assert_int_equal(sqlite3_open(test_file("in.db"), &db), SQLITE_OK);
  run_sql(db, sql);
  return db;
}

/* A tab in the settings stands for a blank in a value. */
static char *read_database(const char *settings, const char *fields) {
  char words[600];
  assay_setting items[3] = {{"path", NULL, test_file("in.db")}, {"busy_timeout", NULL, "20"}};
  plugin_settings given = {items, 2}, checked;
  const char *wanted[8];
  size_t count = 0;
  error e = {0};
  buffer out = {0};
  snprintf(words, sizeof words, "%s|%s", settings, fields ? fields : "");
  char *list = strrchr(words, '|'), *value = strchr(words, '=');
  *list++ = 0;
  for (char *p = words; *p; p++) *p = *p == '\t' ? ' ' : *p;
  for (char *word; *list && (word = strsep(&list, ",")); list = list ? list : "") {
    wanted[count++] = word;
  }
  if (value) {
    *value = 0;
    items[given.count++] = (assay_setting){words, NULL, value + 1};
  }
  assert_int_equal(plugin_settings_check(source, &given, NULL, &checked, &e), ERR_OK);
  assay_request request = {.struct_size = sizeof request,
                           .settings = checked.items,
                           .setting_count = checked.count,
                           .fields = wanted,
                           .field_count = count,
                           .shards = 1,
                           .batch_rows = 3};
  source_write(&out, source, &request);
  buffer_text(&out, "");
  plugin_settings_deinit(&checked);
  const char *path = test_file("in.db");
  for (char *at; (at = strstr(out.data, path));) {
    memcpy(at, "FILE", 4);
    memmove(at + 4, at + strlen(path), strlen(at + strlen(path)) + 1);
  }
  return out.data;
}

static void test_examples(void **state) {
  (void)state;
  for (size_t i = 0; i < sizeof examples / sizeof examples[0]; i++) {
    const example *x = &examples[i];
    sqlite3_close(new_database(x->sql));
    char *got = read_database(x->settings, x->fields);
    if (strcmp(got, x->output)) fail_msg("%s:\ngot:\n%swanted:\n%s", x->what, got, x->output);
    free(got);
  }
}

static void test_a_locked_database_says_so(void **state) {
  (void)state;
  sqlite3 *db = new_database("CREATE TABLE t(a); INSERT INTO t VALUES(1); BEGIN EXCLUSIVE");
  char *got = read_database("table=t", NULL);
  assert_string_equal(got,
                      "error: plugin sqlite: FILE: another program has locked the database: try "
                      "again when it is done, or raise busy_timeout\n");
  free(got);
  run_sql(db, "COMMIT");
  sqlite3_close(db);
}

/* A copy of a database and its journal, as a program that is killed leaves them. */
static void test_a_write_cut_short_says_so(void **state) {
  char command[700];
  (void)state;
  sqlite3 *db = new_database("CREATE TABLE t(a); PRAGMA cache_size = 1;"
                             "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n LIMIT "
                             "3000) INSERT INTO t SELECT i FROM n; BEGIN; UPDATE t SET a = -a");
  snprintf(command, sizeof command, "cd '%s' && cp in.db cut.db && cp in.db-journal cut.db-journal",
           test_folder);
  assert_int_equal(system(command), 0);
  run_sql(db, "ROLLBACK");
  sqlite3_close(db);
  snprintf(command, sizeof command, "cd '%s' && mv cut.db in.db && mv cut.db-journal in.db-journal",
           test_folder);
  assert_int_equal(system(command), 0);
  char *got = read_database("table=t", NULL);
  assert_string_equal(got, "error: plugin sqlite: FILE: a program was stopped while it wrote: open "
                           "the database once with a program that may write, such as sqlite3\n");
  free(got);
  unlink(test_file("in.db-journal"));
}

static void test_it_never_creates_or_writes(void **state) {
  struct stat before, after;
  (void)state;
  sqlite3_close(new_database("CREATE TABLE t(a); INSERT INTO t VALUES(1)"));
  assert_int_equal(stat(test_file("in.db"), &before), 0);
  free(read_database("table=t", NULL));
  assert_int_equal(stat(test_file("in.db"), &after), 0);
  assert_int_equal(before.st_mtim.tv_nsec, after.st_mtim.tv_nsec);
  unlink(test_file("in.db"));
  char *got = read_database("table=t", NULL);
  assert_string_equal(got,
                      "error: plugin sqlite: FILE: cannot be opened: No such file or directory\n");
  free(got);
  assert_int_not_equal(access(test_file("in.db"), F_OK), 0);
  test_write("in.db",
             "id,name\n1,this is a table of another kind, long enough for a header .......\n", 75);
  got = read_database("table=t", NULL);
  assert_string_equal(got, "error: plugin sqlite: FILE: this is not a SQLite database\n");
  free(got);
}

static void expect_ok(void *ctx, bool ok, const char *check, const char *detail) {
  ++*(int *)ctx;
  if (!ok) fail_msg("%s: %s", check, detail);
}

static void test_conformance(void **state) {
  int checks = 0;
  (void)state;
  sqlite3_close(
      new_database("CREATE TABLE t(a INTEGER, b TEXT, c REAL, d BOOLEAN);"
                   "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n LIMIT 300)"
                   "INSERT INTO t SELECT i, 'n' || i, i / 2.0, i % 2 FROM n"));
  plugin_settings given = {(assay_setting[]){{"path", NULL, "in.db"}, {"table", NULL, "t"}}, 2};
  assert_int_equal(conformance_run(source, &given, test_folder, expect_ok, &checks), ERR_OK);
  assert_true(checks > 20);
}

static int set_up(void **state) {
  source = source_plugin(&host, "sqlite");
  return make_folder(state);
}
static int tear_down(void **state) {
  plugin_host_free(host);
  return remove_folder(state);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_examples),
      cmocka_unit_test(test_a_locked_database_says_so),
      cmocka_unit_test(test_a_write_cut_short_says_so),
      cmocka_unit_test(test_it_never_creates_or_writes),
      cmocka_unit_test(test_conformance),
  };
  return cmocka_run_group_tests(tests, set_up, tear_down);
}
