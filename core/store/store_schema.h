/* The SQL texts of the store: its own tables, a run's tables, the published views; and the columns
 * of a run as JSON. Only builds text: never touches a database. */
#ifndef STORE_STORE_SCHEMA_H
#define STORE_STORE_SCHEMA_H

#include "store.h"

/* Statements that bring a store of version i to version i + 1. */
extern const char *const schema_migrations[];

/* Names of the SQL columns that a run's outputs have. SQL ignores the case of ASCII letters and the
 * store has columns of its own, so a name that is taken gets a number behind it. */
typedef struct layout {
  const store_column *outputs;
  size_t count;
  const char **table;                /* per output, in decision_<id> */
  const char **den;                  /* the divisor of a RATIO, else NULL */
  const char **view;                 /* per output, in current_<pack> */
  const char *key, *status, *run_id; /* in current_<pack> */
} layout;

/* The texts live in the arena; `outputs` must outlive the layout. */
void layout_init(layout *l, arena *a, const char *key, const store_column *outputs, size_t count);

void sql_name(buffer *out, const char *name);    /* "quoted" */
void sql_literal(buffer *out, const char *text); /* 'quoted' */

/* current_<pack> with '-' as '_'. */
char *schema_view(arena *a, const char *pack);

void schema_run_tables(buffer *out, const layout *l, int64_t run_id);
void schema_run_indexes(buffer *out, int64_t run_id);
/* Drops and makes the four views of a pack. */
void schema_views(buffer *out, const char *view, const layout *l, zone z, int64_t run_id);
/* An expression whose value is the column's, rounded half-up as it is written, in units of
 * 10^-digits. `den` NULL = the type's denominator. */
void schema_written(buffer *out, const char *stored, const char *den, value_type type);

/* [{"name":…,"type":…}] and back. The result of schema_columns_json is free()d. */
char *schema_columns_json(const store_column *columns, size_t count);
bool schema_columns_read(arena *a, const char *json, store_column **columns, size_t *count);

#endif
