/* The pack archive: the files of every pack that ran, kept once by content hash, and the texts of
 * its reason codes. What is archived is never changed, and stays as long as any run is of it (store_prune): a
 * decision of any age can be replayed. */
#include "store_reader.h"
#include <string.h>

static error_code add_files(store *s, const store_run_info *info, error *e) {
  sqlite3_stmt *q = NULL;
  error_code code = store_prepare(
      s, s->db, "INSERT OR IGNORE INTO pack_archive (hash, name, content) VALUES (?, ?, ?)", &q, e);
  for (size_t i = 0; code == ERR_OK && i < info->file_count; i++) {
    const store_file *f = &info->files[i];
    bind_text(q, 1, info->pack_hash);
    bind_text(q, 2, f->name);
    sqlite3_bind_blob64(q, 3, f->size ? f->data : "", f->size, SQLITE_STATIC);
    code = store_step(s, q, "archiving the pack", e);
  }
  sqlite3_finalize(q);
  return code;
}

static error_code add_texts(store *s, const store_run_info *info, error *e) {
  sqlite3_stmt *q = NULL;
  error_code code = store_prepare(
      s, s->db,
      "INSERT OR IGNORE INTO reason_text (pack_hash, code, language, text) VALUES (?, ?, ?, ?)", &q,
      e);
  for (size_t i = 0; code == ERR_OK && i < info->reason_text_count; i++) {
    bind_text(q, 1, info->pack_hash);
    for (int k = 0; k < 3; k++) bind_text(q, 2 + k, info->reason_texts[i * 3 + (size_t)k]);
    code = store_step(s, q, "archiving the pack", e);
  }
  sqlite3_finalize(q);
  return code;
}

static error_code add_alerts(store *s, const store_run_info *info, error *e) {
  sqlite3_stmt *q = NULL;
  error_code code = store_prepare(s, s->db,
                                  "INSERT OR IGNORE INTO alert (pack_hash, number, list, code, "
                                  "severity) VALUES (?, ?, ?, ?, ?)",
                                  &q, e);
  for (size_t i = 0; code == ERR_OK && i < info->alert_count; i++) {
    const store_alert *a = &info->alerts[i];
    bind_text(q, 1, info->pack_hash);
    sqlite3_bind_int64(q, 2, (sqlite3_int64)i);
    bind_text(q, 3, a->list);
    bind_text(q, 4, a->code);
    bind_text(q, 5, a->severity);
    code = store_step(s, q, "archiving the pack", e);
  }
  sqlite3_finalize(q);
  return code;
}

error_code archive_add(store *s, const store_run_info *info, error *e) {
  if (add_files(s, info, e) != ERR_OK) return e->code;
  if (add_texts(s, info, e) != ERR_OK) return e->code;
  return add_alerts(s, info, e);
}

error_code store_pack_files(store_reader *r, const store_file **out, size_t *count, error *e) {
  sqlite3_stmt *q = NULL;
  store_file *files = NULL;
  *count = 0;
  error_code code =
      store_prepare(r->store, r->db,
                    "SELECT name, content FROM pack_archive WHERE hash = ? ORDER BY name", &q, e);
  if (code != ERR_OK) return code;
  bind_text(q, 1, r->run.pack_hash);
  while (sqlite3_step(q) == SQLITE_ROW) {
    store_file *more = arena_array(&r->texts, *count + 1, sizeof *more);
    if (*count) memcpy(more, files, *count * sizeof *more);
    files = more;
    const size_t size = (size_t)sqlite3_column_bytes(q, 1);
    const void *data = sqlite3_column_blob(q, 1);
    files[(*count)++] = (store_file){column_keep(&r->texts, q, 0),
                                     arena_string_n(&r->texts, size ? data : "", size), size};
  }
  sqlite3_finalize(q);
  *out = files;
  if (*count) return ERR_OK;
  return error_set(e, ERR_STORE, "%s: the rules of run %lld (pack %s) are not in the archive",
                   r->store->path, (long long)r->run.id, r->run.pack_hash);
}
