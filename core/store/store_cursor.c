/* A run's decisions in the order of their keys, one at a time: for going through two runs side by
 * side. The index of keys gives the order, so that nothing is sorted or kept. */
#include <stdlib.h>

#include "store_reader.h"

struct store_cursor {
  store_reader *reader;
  sqlite3_stmt *query;
  store_row row;
};

error_code store_cursor_open(store_reader *r, store_cursor **out, error *e) {
  store_cursor *c = mem_alloc(sizeof *c);
  buffer sql = {0};
  c->reader = r;
  reader_select(r, &sql);
  buffer_text(&sql, " ORDER BY key");
  error_code code = store_prepare(r->store, r->db, sql.data, &c->query, e);
  buffer_deinit(&sql);
  if (code) {
    store_cursor_close(c);
    return code;
  }
  *out = c;
  return ERR_OK;
}

error_code store_cursor_next(store_cursor *c, const store_row **out, error *e) {
  const int rc = sqlite3_step(c->query);
  *out = NULL;
  if (rc == SQLITE_DONE) return ERR_OK;
  if (rc != SQLITE_ROW)
    return store_fail(c->reader->store, c->reader->db, rc, "reading decisions", e);
  reader_row(c->reader, c->query, &c->row);
  *out = &c->row;
  return ERR_OK;
}

void store_cursor_close(store_cursor *c) {
  if (!c) return;
  sqlite3_finalize(c->query);
  free(c);
}
