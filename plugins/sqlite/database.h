/* Opens the database and prepares the one statement that is read. */
#ifndef SQLITE_DATABASE_H
#define SQLITE_DATABASE_H

#include <assay/rows.h>
#include <sqlite3.h>

typedef struct source_column {
  char *name;
  char *declared;       /* its declared type, "" if none */
  assay_cell_type type; /* TEXT, INT64, DOUBLE or BOOLEAN, by the declared type */
  int index;            /* in the statement */
} source_column;

typedef struct database {
  sqlite3 *handle;
  sqlite3_stmt *statement;
  char *path;
  source_column *columns; /* the wanted ones */
  size_t column_count;
  bool has_rowid;    /* column 0 of the statement */
  uint64_t estimate; /* of the number of rows; 0 = unknown */
} database;

/* By the request's path, table or query, and wanted fields; on failure the error says what to do.
 */
int database_open(database *db, const assay_request *request, assay_plugin_error *error);
/* What a failed step means to an operator. */
void database_explain(const database *db, int code, char *out, size_t room);
void database_close(database *db);

#endif
