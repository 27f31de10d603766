/* What was worked out over all records of a run: totals and cut points, kept with it. Written once at
 * the end of a run, read whole. */
#include "store_reader.h"

error_code store_add_value(store *s, const store_value *v, error *e) {
  store_work *w = s->work;
  error_code code = store_begin_write_of_run(s, e);
  if (code == ERR_OK && !w->insert_value)
    code = store_prepare(s, s->db,
                         "INSERT INTO population (run_id, number, step, within, place, value, "
                         "records) VALUES (?, ?, ?, ?, ?, ?, ?)",
                         &w->insert_value, e);
  if (code != ERR_OK) return code;
  sqlite3_stmt *q = w->insert_value;
  sqlite3_bind_int64(q, 1, w->id);
  sqlite3_bind_int64(q, 2, w->values++);
  bind_text(q, 3, v->step);
  bind_text(q, 4, v->within);
  sqlite3_bind_int64(q, 5, v->place);
  bind_text(q, 6, v->value);
  sqlite3_bind_int64(q, 7, v->count);
  return store_step(s, q, "keeping totals and cut points", e);
}

error_code store_values(store_reader *r, store_each_value *each, void *ctx, error *e) {
  sqlite3_stmt *q = NULL;
  error_code code = store_prepare(r->store, r->db,
                                  "SELECT step, within, place, value, records FROM population "
                                  "WHERE run_id = ? ORDER BY number",
                                  &q, e);
  if (code != ERR_OK) return code;
  sqlite3_bind_int64(q, 1, r->run.id);
  int rc;
  while (code == ERR_OK && (rc = sqlite3_step(q)) == SQLITE_ROW) {
    const bool grouped = sqlite3_column_type(q, 1) != SQLITE_NULL;
    const bool has_value = sqlite3_column_type(q, 3) != SQLITE_NULL;
    const store_value v = {.step = column_string(q, 0),
                           .within = grouped ? column_string(q, 1) : NULL,
                           .place = sqlite3_column_int64(q, 2),
                           .value = has_value ? column_string(q, 3) : NULL,
                           .count = sqlite3_column_int64(q, 4)};
    code = each(ctx, &v, e);
  }
  if (code == ERR_OK && rc != SQLITE_DONE)
    code = store_fail(r->store, r->db, rc, "reading totals and cut points", e);
  sqlite3_finalize(q);
  return code;
}
