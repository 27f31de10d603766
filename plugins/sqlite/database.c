/* A table is read in the order of its row ids, so that "the first stands" means the same in every
 * run. */
#include "database.h"
#include <ctype.h>
#include <strings.h>
#include <sys/stat.h>
#include <unistd.h>

static int no_memory(assay_plugin_error *error) {
  return assay_plugin_fail(error, ENOMEM, "out of memory");
}

/* A database that was not closed well, or one in WAL mode, cannot be read from its one file. */
static void explain_files_beside(const database *db, char *out, size_t room) {
  int code = sqlite3_extended_errcode(db->handle);
  bool halfway = code == SQLITE_READONLY_ROLLBACK || code == SQLITE_READONLY_RECOVERY;
  snprintf(out, room, "%s: %s", db->path,
           halfway ? "a program was stopped while it wrote: open the database once with a program "
                     "that may write, such as sqlite3"
                   : "in WAL mode reading needs files beside it that cannot be made: let this user "
                     "write to the folder, or read a copy");
}

void database_explain(const database *db, int code, char *out, size_t room) {
  switch (code & 0xFF) {
  case SQLITE_BUSY:
  case SQLITE_LOCKED:
    snprintf(out, room,
             "%s: another program has locked the database: try again when it is done, or "
             "raise busy_timeout",
             db->path);
    break;
  case SQLITE_NOTADB:
    snprintf(out, room, "%s: this is not a SQLite database", db->path);
    break;
  case SQLITE_INTERRUPT:
    snprintf(out, room, "cancelled");
    break;
  case SQLITE_CORRUPT:
    snprintf(out, room, "%s: the database is damaged (%s): check it with PRAGMA integrity_check",
             db->path, sqlite3_errmsg(db->handle));
    break;
  case SQLITE_READONLY:
  case SQLITE_CANTOPEN: /* the file itself can be read: see open_handle */
    explain_files_beside(db, out, room);
    break;
  default:
    snprintf(out, room, "%s: %s", db->path, sqlite3_errmsg(db->handle));
  }
}

static int sql_failed(const database *db, int code, assay_plugin_error *error) {
  database_explain(db, code, error->message, sizeof error->message);
  return EIO;
}

/* ---- the table, or what it may have been meant to be */

static size_t least(size_t a, size_t b) {
  return a < b ? a : b;
}

/* Edit distance of two short names, without regard to the case of ASCII. */
static size_t distance(const char *a, const char *b) {
  size_t row[65], n = strlen(b);
  if (n > 64 || strlen(a) > 64) return 65;
  for (size_t j = 0; j <= n; j++) row[j] = j;
  for (size_t i = 1; a[i - 1]; i++) {
    size_t diagonal = row[0];
    row[0] = i;
    for (size_t j = 1; j <= n; j++) {
      bool same = tolower((unsigned char)a[i - 1]) == tolower((unsigned char)b[j - 1]);
      size_t replaced = diagonal + !same;
      diagonal = row[j];
      row[j] = least(replaced, least(row[j], row[j - 1]) + 1);
    }
  }
  return row[n];
}

static int no_such_table(const database *db, const char *table, assay_plugin_error *error) {
  static const char sql[] = "SELECT name FROM sqlite_master WHERE type IN ('table', 'view') "
                            "AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\' ORDER BY name";
  sqlite3_stmt *s = NULL;
  char list[500] = "", near[80] = "";
  size_t used = 0, best = strlen(table) / 3 + 2;
  int code = sqlite3_prepare_v2(db->handle, sql, -1, &s, NULL);
  while (code == SQLITE_OK && sqlite3_step(s) == SQLITE_ROW) {
    const char *name = (const char *)sqlite3_column_text(s, 0);
    if (!name) continue;
    size_t d = distance(table, name);
    if (d < best && strlen(name) < sizeof near) {
      best = d;
      snprintf(near, sizeof near, "%s", name);
    }
    if (used + strlen(name) + 3 < sizeof list) {
      used += (size_t)snprintf(list + used, sizeof list - used, "%s%s", used ? ", " : "", name);
    }
  }
  sqlite3_finalize(s);
  return assay_plugin_fail(error, ENOENT, "%s: no table \"%.200s\"%s%s%s %s", db->path, table,
                           *near ? "; did you mean \"" : "", near,
                           *near ? "\"? It has" : "; it has", *list ? list : "no tables");
}

/* Whether `table` itself is there: a view may fail for a table that it reads. */
static bool is_there(const database *db, const char *table) {
  sqlite3_stmt *s = NULL;
  char *sql = sqlite3_mprintf("SELECT 1 FROM sqlite_master WHERE name = %Q COLLATE NOCASE", table);
  bool there = sql && sqlite3_prepare_v2(db->handle, sql, -1, &s, NULL) == SQLITE_OK &&
               sqlite3_step(s) == SQLITE_ROW;
  sqlite3_finalize(s);
  sqlite3_free(sql);
  return there;
}

static bool is_column(sqlite3_stmt *s, const char *name) {
  for (int i = 0; i < sqlite3_column_count(s); i++) {
    const char *column = sqlite3_column_name(s, i);
    if (column && !strcasecmp(column, name)) return true;
  }
  return false;
}

static bool prepares(const database *db, const char *format, const char *a, const char *b) {
  sqlite3_stmt *s = NULL;
  char *sql = sqlite3_mprintf(format, a, b);
  bool ok = sql && sqlite3_prepare_v2(db->handle, sql, -1, &s, NULL) == SQLITE_OK;
  sqlite3_finalize(s);
  sqlite3_free(sql);
  return ok;
}

/* A name of the row id that no column hides, or NULL for a view or a table without one. */
static const char *rowid_name(const database *db, const char *table, sqlite3_stmt *all) {
  static const char *const names[] = {"rowid", "_rowid_", "oid"};
  sqlite3_stmt *s = NULL;
  char *sql = sqlite3_mprintf("SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = %Q "
                              "COLLATE NOCASE",
                              table);
  bool is_table = sql && sqlite3_prepare_v2(db->handle, sql, -1, &s, NULL) == SQLITE_OK &&
                  sqlite3_step(s) == SQLITE_ROW;
  sqlite3_finalize(s);
  sqlite3_free(sql);
  for (size_t i = 0; is_table && i < 3; i++) {
    if (is_column(all, names[i])) continue;
    return prepares(db, "SELECT %s FROM \"%w\"", names[i], table) ? names[i] : NULL;
  }
  return NULL;
}

/* The row ids span at least as many numbers as there are rows; counting would read the whole table.
 */
static uint64_t estimate_rows(const database *db, const char *rowid, const char *table) {
  sqlite3_stmt *s = NULL;
  uint64_t rows = 0;
  char *sql = sqlite3_mprintf("SELECT (SELECT max(%s) FROM \"%w\"), (SELECT min(%s) FROM \"%w\")",
                              rowid, table, rowid, table);
  if (sql && sqlite3_prepare_v2(db->handle, sql, -1, &s, NULL) == SQLITE_OK &&
      sqlite3_step(s) == SQLITE_ROW && sqlite3_column_type(s, 0) == SQLITE_INTEGER) {
    rows = (uint64_t)sqlite3_column_int64(s, 0) - (uint64_t)sqlite3_column_int64(s, 1) + 1;
  }
  sqlite3_finalize(s);
  sqlite3_free(sql);
  return rows;
}

/* ---- columns */

/* SQLite's own rules for the affinity of a declared type, as far as they name numbers. */
static assay_cell_type type_of(const char *declared) {
  if (strcasestr(declared, "INT")) return ASSAY_INT64;
  if (strcasestr(declared, "CHAR") || strcasestr(declared, "CLOB") ||
      strcasestr(declared, "TEXT") || strcasestr(declared, "BLOB")) {
    return ASSAY_TEXT;
  }
  if (strcasestr(declared, "REAL") || strcasestr(declared, "FLOA") ||
      strcasestr(declared, "DOUB")) {
    return ASSAY_DOUBLE;
  }
  return !strncasecmp(declared, "BOOL", 4) ? ASSAY_BOOLEAN : ASSAY_TEXT;
}

static int add_column(database *db, const char *name, const char *declared, int index,
                      assay_plugin_error *error) {
  for (size_t j = 0; j < db->column_count; j++) {
    if (strcmp(db->columns[j].name, name) != 0) continue;
    return assay_plugin_fail(
        error, EINVAL, "%s: the column \"%s\" is there twice: rename one with AS", db->path, name);
  }
  char *own_name = strdup(name), *own_declared = strdup(declared);
  if (!own_name || !own_declared) {
    free(own_name);
    free(own_declared);
    return no_memory(error);
  }
  db->columns[db->column_count++] = (source_column){
      .name = own_name, .declared = own_declared, .type = type_of(declared), .index = index};
  return 0;
}

/* All wanted fields are there: those; else everything, so that the core can say what there is. */
static int choose_columns(database *db, sqlite3_stmt *s, const assay_request *request, int first,
                          assay_plugin_error *error) {
  int count = sqlite3_column_count(s);
  bool all = request->field_count == 0;
  for (size_t i = 0; i < request->field_count; i++) {
    bool there = false;
    for (int j = first; j < count; j++) {
      const char *name = sqlite3_column_name(s, j);
      there = there || (name && !strcmp(name, request->fields[i]));
    }
    all = all || !there;
  }
  db->columns = calloc((size_t)count + 1, sizeof *db->columns);
  db->column_count = 0;
  if (!db->columns) return no_memory(error);
  for (int i = first; i < count; i++) {
    const char *name = sqlite3_column_name(s, i), *declared = sqlite3_column_decltype(s, i);
    if (!name) return no_memory(error);
    if (!all && !assay_wants(request, name)) continue;
    int code = add_column(db, name, declared ? declared : "", i, error);
    if (code) return code;
  }
  return 0;
}

/* ---- the statement */

static int prepare_table(database *db, const char *table, const assay_request *request,
                         assay_plugin_error *error) {
  sqlite3_stmt *all = NULL;
  char *sql = sqlite3_mprintf("SELECT * FROM \"%w\"", table);
  if (!sql) return no_memory(error);
  int code = sqlite3_prepare_v2(db->handle, sql, -1, &all, NULL);
  sqlite3_free(sql);
  if (code == SQLITE_ERROR && strstr(sqlite3_errmsg(db->handle), "no such table")) {
    char why[300];
    snprintf(why, sizeof why, "%s", sqlite3_errmsg(db->handle));
    if (!is_there(db, table)) return no_such_table(db, table, error);
    return assay_plugin_fail(error, EIO, "%s: %s: %s: mend the view", db->path, table, why);
  }
  if (code != SQLITE_OK) return sql_failed(db, code, error);
  const char *rowid = rowid_name(db, table, all);
  int failed = choose_columns(db, all, request, 0, error);
  sqlite3_finalize(all);
  if (failed) return failed;
  sqlite3_str *text = sqlite3_str_new(db->handle);
  sqlite3_str_appendf(text, "SELECT %s", rowid ? rowid : "NULL");
  for (size_t i = 0; i < db->column_count; i++) {
    sqlite3_str_appendf(text, ", \"%w\"", db->columns[i].name);
    db->columns[i].index = (int)i + 1;
  }
  sqlite3_str_appendf(text, " FROM \"%w\"", table);
  if (rowid) sqlite3_str_appendf(text, " ORDER BY %s", rowid);
  sql = sqlite3_str_finish(text);
  if (!sql) return no_memory(error);
  code = sqlite3_prepare_v2(db->handle, sql, -1, &db->statement, NULL);
  sqlite3_free(sql);
  if (code != SQLITE_OK) return sql_failed(db, code, error);
  db->has_rowid = rowid != NULL;
  if (rowid) db->estimate = estimate_rows(db, rowid, table);
  return 0;
}

/* What follows the query may be blanks, semicolons and remarks. */
static int refuse_more(const database *db, const char *rest, assay_plugin_error *error) {
  while (*rest == ';' || isspace((unsigned char)*rest)) rest++;
  if (!*rest) return 0;
  sqlite3_stmt *second = NULL;
  const char *end = rest;
  int code = sqlite3_prepare_v2(db->handle, rest, -1, &second, &end);
  bool nothing = code == SQLITE_OK && !second;
  sqlite3_finalize(second);
  if (nothing && end > rest) return refuse_more(db, end, error);
  return assay_plugin_fail(error, EINVAL, "query: one statement is expected, more follows: %.60s",
                           rest);
}

static int query_failed(const database *db, assay_plugin_error *error) {
  static const char absent[] = "no such table: ";
  char why[300];
  snprintf(why, sizeof why, "%s", sqlite3_errmsg(db->handle));
  const char *table = why + sizeof absent - 1;
  if (!strncmp(why, absent, sizeof absent - 1) && !strchr(table, '.')) {
    return no_such_table(db, table, error);
  }
  return assay_plugin_fail(error, EINVAL, "query: %s", why);
}

static int prepare_query(database *db, const char *query, const assay_request *request,
                         assay_plugin_error *error) {
  const char *rest = query;
  int code = sqlite3_prepare_v2(db->handle, query, -1, &db->statement, &rest);
  if (code == SQLITE_ERROR) return query_failed(db, error);
  if (code != SQLITE_OK) return sql_failed(db, code, error);
  int more = refuse_more(db, rest, error);
  if (more) return more;
  if (!db->statement || !sqlite3_stmt_readonly(db->statement) ||
      sqlite3_column_count(db->statement) == 0) {
    return assay_plugin_fail(error, EINVAL, "query: expected a SELECT that gives rows: %.60s",
                             query);
  }
  if (sqlite3_bind_parameter_count(db->statement) > 0) {
    const char *name = sqlite3_bind_parameter_name(db->statement, 1);
    return assay_plugin_fail(
        error, EINVAL, "query: nothing gives the parameter %s a value: write the value itself",
        name ? name : "?");
  }
  return choose_columns(db, db->statement, request, 0, error);
}

static int open_handle(database *db, const char *path, long long timeout,
                       assay_plugin_error *error) {
  struct stat file;
  db->path = strdup(path);
  if (!db->path) return no_memory(error);
  if (stat(path, &file)) {
    return assay_plugin_fail(error, errno, "%s: cannot be opened: %s", path, strerror(errno));
  }
  if (!S_ISREG(file.st_mode)) return assay_plugin_fail(error, EINVAL, "%s: not a file", path);
  if (access(path, R_OK)) {
    return assay_plugin_fail(error, errno, "%s: cannot be opened: %s", path, strerror(errno));
  }
  int code = sqlite3_open_v2(path, &db->handle, SQLITE_OPEN_READONLY | SQLITE_OPEN_NOMUTEX, NULL);
  if (code != SQLITE_OK) return sql_failed(db, code, error);
  sqlite3_busy_timeout(db->handle, (int)(timeout < 0 ? 0 : timeout > 3600000 ? 3600000 : timeout));
  sqlite3_db_config(db->handle, SQLITE_DBCONFIG_DQS_DML, 0, NULL); /* "name" is never a string */
  code = sqlite3_exec(db->handle, "PRAGMA query_only = 1; SELECT 1 FROM sqlite_master LIMIT 1",
                      NULL, NULL, NULL);
  return code == SQLITE_OK ? 0 : sql_failed(db, code, error);
}

int database_open(database *db, const assay_request *request, assay_plugin_error *error) {
  const char *path = assay_setting_text(request, "path");
  const char *table = assay_setting_text(request, "table");
  const char *query = assay_setting_text(request, "query");
  if (!path || !*path)
    return assay_plugin_fail(error, EINVAL, "path is missing: name the database");
  if ((table && *table) == (query && *query)) {
    return assay_plugin_fail(error, EINVAL, "%s: set either table or query", path);
  }
  int code = open_handle(db, path, assay_setting_integer(request, "busy_timeout", 5000), error);
  if (code) return code;
  return table && *table ? prepare_table(db, table, request, error)
                         : prepare_query(db, query, request, error);
}

void database_close(database *db) {
  sqlite3_finalize(db->statement);
  sqlite3_close(db->handle);
  for (size_t i = 0; db->columns && i < db->column_count; i++) {
    free(db->columns[i].name);
    free(db->columns[i].declared);
  }
  free(db->columns);
  free(db->path);
}
