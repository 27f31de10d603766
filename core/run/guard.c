/* The guards of a run. They only read counts and sizes. */
#include "guard.h"

#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statvfs.h>

#include "../base/spill.h"
#include "../base/text.h"
#include "report_text.h"

#define REJECTS_TOLD 5              /* when their guard stops the run */
#define REJECTS_READ 1000           /* outcomes among which they are looked for */
#define PERCENT_FROM 1000           /* records before a percentage means anything */
#define DISK_SPARE (16.0 * 1048576) /* the journal, and what SQLite needs at the end of a run */
#define DISK_PER_SOURCE_BYTE 2.0    /* a first run: decisions, reasons, inputs and the key index */
#define DISK_MARGIN 1.25            /* a later run: by the last one, and a quarter more */
#define STAGED_PER_BYTE 2.0         /* of related files: sorted runs, and the rows by key */
#define PACKED 10                   /* what a compressed file may hold for each of its bytes */

error_code guard_rejects(const run_options *o, const store_counts *c, bool at_end, error *e) {
  if (o->max_rejects < 0 || c->records == 0) return ERR_OK;
  if (!o->max_rejects_percent) {
    if ((double)c->rejected <= o->max_rejects) return ERR_OK;
    return error_set(e, ERR_GUARD,
                     "stopped: %lld of %lld records were rejected, --max-rejects allows %.0f; "
                     "nothing was published",
                     (long long)c->rejected, (long long)c->records, o->max_rejects);
  }
  if (!at_end && c->records < PERCENT_FROM) return ERR_OK;
  const double percent = 100.0 * (double)c->rejected / (double)c->records;
  if (100.0 * (double)c->rejected <= o->max_rejects * (double)c->records) return ERR_OK;
  return error_set(e, ERR_GUARD,
                   "stopped: %lld of %lld records (%.2f %%) were rejected, --max-rejects allows "
                   "%g %%; nothing was published",
                   (long long)c->rejected, (long long)c->records, percent, o->max_rejects);
}

typedef struct first_rejects {
  buffer text;
  int count;
} first_rejects;

static error_code add_reject(void *ctx, const store_outcome *x, error *e) {
  first_rejects *f = ctx;
  (void)e;
  if (strcmp(x->kind, "reject") != 0 || f->count++ == REJECTS_TOLD) return ERR_OK;
  buffer_text(&f->text, "\n  ");
  if (x->position >= 0) buffer_format(&f->text, "line %lld: ", (long long)x->position);
  if (*x->key) {
    text_printable(&f->text, x->key, strlen(x->key), 40);
    buffer_char(&f->text, ' ');
  }
  write_outcome_code(&f->text, x);
  buffer_text(&f->text, ", ");
  text_printable(&f->text, x->message, strlen(x->message), 120);
  return ERR_OK;
}

error_code guard_rejects_told(const run_options *o, store *s, const store_counts *c, bool at_end,
                              error *e) {
  error why, ignored;
  first_rejects first = {0};
  const error_code code = guard_rejects(o, c, at_end, &why);
  if (!code) return ERR_OK;
  store_first_outcomes(s, REJECTS_READ, add_reject, &first, &ignored);
  error_set(e, code, "%s%s%.*s", why.message, first.text.size ? ". The first of them:" : "",
            (int)first.text.size, first.text.size ? first.text.data : "");
  buffer_deinit(&first.text);
  return code;
}

static error_code shrunk(const char *what, int64_t now, int64_t before, error *e) {
  return error_set(e, ERR_GUARD,
                   "stopped: the source gave %lld %s, the last published run had %lld; fewer than "
                   "half looks like a broken export, so nothing was published. If it is right, run "
                   "again with --allow-shrink",
                   (long long)now, what, (long long)before);
}

error_code guard_shrink(const run_options *o, const store_counts *last, const store_counts *c,
                        error *e) {
  const int64_t now = c->graded + c->failed, before = last->graded + last->failed;
  if (o->allow_shrink || o->dry_run) return ERR_OK;
  if (c->records * 2 < last->records) return shrunk("records", c->records, last->records, e);
  if (now * 2 < before) return shrunk("usable records", now, before, e);
  return ERR_OK;
}

error_code guard_shrink_related(const run_options *o, const store_related *last, size_t last_count,
                                const store_related *now, size_t count, error *e) {
  if (o->allow_shrink || o->dry_run) return ERR_OK;
  for (size_t i = 0; i < count; i++)
    for (size_t k = 0; k < last_count; k++) {
      if (strcmp(last[k].name, now[i].name) != 0 || now[i].rows * 2 >= last[k].rows) continue;
      return error_set(e, ERR_GUARD,
                       "stopped: the source of related \"%s\" gave %lld rows, the last published "
                       "run had %lld; fewer than half looks like a broken export, so nothing was "
                       "published. If it is right, run again with --allow-shrink",
                       now[i].name, (long long)now[i].rows, (long long)last[k].rows);
    }
  return ERR_OK;
}

uint64_t guard_source_size(const char *path) {
  struct stat st;
  unsigned char magic[2] = {0};
  if (stat(path, &st) || !S_ISREG(st.st_mode)) return 0;
  FILE *f = fopen(path, "rb");
  if (!f) return 0;
  const bool packed = fread(magic, 1, 2, f) == 2 && magic[0] == 0x1F && magic[1] == 0x8B; /* gzip */
  fclose(f);
  return (uint64_t)st.st_size * (packed ? PACKED : 1);
}

double guard_disk_need(uint64_t source_bytes, int64_t records, double bytes_per_record) {
  const double by_source = (double)source_bytes * DISK_PER_SOURCE_BYTE;
  const double by_last = records > 0 ? (double)records * bytes_per_record * DISK_MARGIN : 0;
  return DISK_SPARE + (by_last > by_source ? by_last : by_source);
}

/* Free bytes for temporary files, and whether they lie on the disk of the database. */
static bool staging_room(const store *s, uint64_t *free_bytes, bool *same_disk) {
  struct statvfs room;
  struct stat here, there;
  const char *folder = spill_folder();
  if (statvfs(folder, &room) || stat(folder, &here)) return false; /* it is told when it is used */
  *free_bytes = (uint64_t)room.f_bavail * room.f_frsize;
  *same_disk = stat(store_path(s), &there) == 0 && here.st_dev == there.st_dev;
  return true;
}

static error_code guard_staging(const store *s, uint64_t related_bytes, double beside, error *e) {
  uint64_t have = 0;
  bool same = false;
  if (!related_bytes || !staging_room(s, &have, &same)) return ERR_OK;
  const double need = (double)related_bytes * STAGED_PER_BYTE + (same ? beside : 0);
  if ((double)have >= need) return ERR_OK;
  return error_set(
      e, ERR_GUARD,
      "stopped before it began: joining the related records may need about %.0f MB for "
      "temporary files in %s, the disk has %.0f MB free; free some, or set TMPDIR to a "
      "folder with room",
      need / 1048576, spill_folder(), (double)have / 1048576);
}

error_code guard_disk(store *s, uint64_t source_bytes, uint64_t related_bytes, const char *name,
                      error *e) {
  int64_t records = -1;
  double per_record = 0;
  uint64_t have = 0;
  error_code code = store_last_run(s, name, &records, &per_record, e);
  if (!code) code = store_free_bytes(s, &have, e);
  if (code) return code;
  const double need = guard_disk_need(source_bytes, records, per_record);
  if ((double)have >= need) return guard_staging(s, related_bytes, need, e);
  return error_set(e, ERR_GUARD,
                   "stopped before it began: this run needs about %.0f MB beside the database, the "
                   "disk has %.0f MB free; free some, or put the database elsewhere with --db",
                   need / 1048576, (double)have / 1048576);
}
