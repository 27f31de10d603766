/* The store: one SQLite file (WAL) that keeps runs, decisions, outcomes and packs.
 *
 * A run writes tables of its own, append-only, in many small transactions; one short transaction
 * publishes it by switching the view current_<pack>. Readers see the whole previous run or the
 * whole new one. It must never hold one giant transaction, block a reader, or leave half a run
 * visible. */
#ifndef STORE_STORE_H
#define STORE_STORE_H

#include "../base/error.h"
#include "../data/decision.h"

typedef struct store store;

typedef enum store_mode { STORE_READ, STORE_WRITE } store_mode;

/* STORE_WRITE creates and migrates (PRAGMA user_version); a newer schema than this program knows is
 * refused. ERR_BUSY after 5 s behind another writer. ERR_NOT_FOUND when a file to read is not
 * there. */
error_code store_open(const char *path, store_mode mode, store **out, error *e);
void store_close(store *s);
const char *store_path(const store *s); /* as given */

typedef struct store_column {
  const char *name;
  value_type type;
} store_column;

typedef struct store_file {
  const char *name, *data;
  size_t size;
} store_file;

/* A code of a list that is an alert. */
typedef struct store_alert {
  const char *list; /* the output in which it stands */
  const char *code;
  const char *severity; /* "info", "warning", "critical" */
} store_alert;

/* What a run is of: kept with it, so that reading needs neither the pack nor its source. */
typedef struct store_run_info {
  const char *pack, *pack_hash, *title, *title_zh, *currency;
  int64_t as_of;
  zone zone;
  const char *source;          /* described, secrets out */
  const char *params_json;     /* {"name":"value"} */
  const char *report_json;     /* roles for the report, see run/report */
  const char *key;             /* name of the key field */
  const store_column *outputs; /* in the pack's order */
  size_t output_count;
  const store_column *inputs; /* in the order of the input blob */
  size_t input_count;
  const store_file *files; /* of the pack, archived once by content hash */
  size_t file_count;
  const char *const *reason_texts; /* triples code, language, text */
  size_t reason_text_count;
  const store_alert *alerts;
  size_t alert_count;
} store_run_info;

/* The last published run's count of records, or -1: for the shrink guard. Its size on disk in bytes
 * an accepted record, or 0: for the disk guard. */
error_code store_last_run(store *s, const char *pack, int64_t *records, double *bytes_per_record,
                          error *e);
/* Bytes that are free for the store: of its folder's disk, and within the file. */
error_code store_free_bytes(store *s, uint64_t *out, error *e);

/* Begins a run: sweeps unpublished leftovers in small steps, makes its tables. One run of a pack at
 * a time: ERR_BUSY names the process that has it (a dead process' claim is taken over). */
error_code store_begin(store *s, const store_run_info *info, int64_t *run_id, error *e);
/* Appends the decisions, faults and rejects of one batch. In batch order. */
error_code store_add(store *s, const decisions *d, error *e);
/* Commits what was added so far. Batches share transactions, and an open one keeps the runs of
 * other packs waiting: call this before a wait that may be long (a source that stalls). */
error_code store_flush(store *s, error *e);
/* Records that are still to be added, when duplicates must be known before: find gives the key (until the
 * next call), or NULL if the record is not among them; drop is told of each that is a duplicate, so
 * that it is never added. */
typedef struct store_waiting {
  error_code (*find)(void *ctx, uint64_t sequence, const char **key, size_t *n, int64_t *position,
                     error *e);
  error_code (*drop)(void *ctx, uint64_t sequence, error *e);
  void *ctx;
} store_waiting;

/* After the last batch (NULL), or before those that wait: among the records with these numbers (same key hash, ascending), every one
 * whose key equals an earlier one's becomes a reject DUPLICATE_ID, whatever it was before. */
error_code store_duplicates(store *s, const uint64_t *sequences, size_t n,
                            const store_waiting *waiting, error *e);
/* A total or a cut point of the run at hand: kept with it, and told by store_values in the same order. */
typedef struct store_value {
  const char *step, *within; /* NULL: of all records */
  int64_t place;
  const char *value; /* NULL: none */
  int64_t count;
} store_value;
error_code store_add_value(store *s, const store_value *v, error *e);
/* Builds the index of keys. */
error_code store_seal(store *s, error *e);

/* records = graded + failed + rejected; the duplicates are among the rejected. */
typedef struct store_counts {
  int64_t records, graded, failed, rejected, duplicates;
} store_counts;

void store_counted(const store *s, store_counts *out); /* of the run at hand, so far */
/* What a related list of a run had. */
typedef struct store_related {
  const char *name, *source; /* described, secrets out */
  int64_t rows;              /* of its source */
  int64_t unknown;           /* of these: whose customer is none of the records; -1 = not known */
  int64_t keyless;           /* of these: without a key that can be read */
  const char *first_keyless; /* why the first of them has none, or NULL */
} store_related;

/* Keeps the counts of the related lists with the run at hand. Before it is published. */
void store_related_counted(store *s, const store_related *list, size_t count);
/* Publishes the run at hand: one short transaction, synced. Then drops what is older than the
 * `keep` newest published runs of the pack, in small steps. */
error_code store_publish(store *s, int keep, error *e);
/* Gives the run at hand up; its tables are dropped in small steps. */
void store_discard(store *s, const char *why);
/* From another thread: makes a long statement or wait of the run at hand stop, with
 * ERR_INTERRUPTED; what is left of the run is then swept by the next one. */
void store_interrupt(store *s);

/* ---- reading: always the published run, one snapshot from open to close ---- */

typedef struct store_reader store_reader;

typedef struct store_run {
  int64_t id;
  char *pack, *pack_hash, *title, *title_zh, *currency, *source, *params_json, *report_json, *key;
  int64_t as_of, started, finished; /* UTC seconds */
  zone zone;
  store_counts counts;
  store_column *outputs, *inputs;
  size_t output_count, input_count;
  store_related *related;
  size_t related_count;
} store_run;

/* The pack's published run. ERR_NOT_FOUND names the packs that have one ("did you mean"). */
error_code store_reader_open(store *s, const char *pack, store_reader **out, error *e);
/* Any run of the pack that is still stored, by its number. ERR_NOT_FOUND names those that are. */
error_code store_reader_open_run(store *s, const char *pack, int64_t run_id, store_reader **out,
                                 error *e);
void store_reader_close(store_reader *r);
const store_run *store_reader_run(const store_reader *r);

typedef struct store_condition {
  const char *name; /* an output, the key, or status */
  const char *op; /* = != < <= > >= has (a code in a list, with its value or without); = and != with
                     an empty value: missing, not missing. A missing value fits nothing else. Words
                     of a choice compare by their place in its list, numbers as they are written. */
  const char *value; /* as written in a pack (3000000.00, 2025-10-01, P1) */
} store_condition;

typedef struct store_query {
  const store_condition *conditions;
  size_t condition_count;
  const char *sort; /* names with ',' between, '-' before one for descending, then by key, as bytes;
                       NULL = by key alone; missing last */
  const char *after; /* only rows that stand behind the one of this key; NULL = from the first */
  int64_t limit;     /* -1 = all */
} store_query;

typedef struct store_row {
  const char *key;
  bool failed;
  int64_t sequence, position;
  const column *outputs; /* each with this one row, row 0 */
  const void *blob;
  size_t blob_size;
} store_row;

/* Calls `each` for every row, in order; a return value that is not ERR_OK stops. ERR_USAGE names an
 * unknown column ("did you mean") or a value that is not of its type. */
typedef error_code store_each(void *ctx, const store_row *row, error *e);
error_code store_list(store_reader *r, const store_query *q, store_each *each, void *ctx, error *e);
/* The same for every row, in the order of the source, without sorting anything. */
error_code store_each_decision(store_reader *r, store_each *each, void *ctx, error *e);
/* The decisions by key, as bytes, one at a time; the row lives until the next call, NULL = no more. The
 * reader gives nothing else row by row meanwhile. */
typedef struct store_cursor store_cursor;
error_code store_cursor_open(store_reader *r, store_cursor **out, error *e);
error_code store_cursor_next(store_cursor *c, const store_row **out, error *e);
void store_cursor_close(store_cursor *c);
/* How many rows the conditions hold for, whatever the order and the limit. */
error_code store_count(store_reader *r, const store_query *q, int64_t *out, error *e);
/* One customer; if a rule failed on it the row says so and store_outcomes has the fault.
 * ERR_NOT_FOUND says if it was rejected, and why. */
error_code store_show(store_reader *r, const char *key, store_each *each, void *ctx, error *e);

/* ---- finding what was published last, customer by customer, while a run is at hand ---- */

typedef struct store_finder store_finder;

/* Over the pack's published run, with only the outputs of these names (those that it has not are
 * missing; store_finder_run tells types). For one thread. It holds no snapshot, for that would keep
 * the log of a long run from being emptied: a published run never changes, and is not dropped while
 * this process has the pack's claim. ERR_NOT_FOUND: nothing is published. */
error_code store_finder_open(store *s, const char *pack, const char *const *outputs, size_t count,
                             store_finder **out, error *e);
void store_finder_close(store_finder *f);
const store_run *store_finder_run(const store_finder *f);
/* Begins / ends looking up a number of customers; cheap. */
error_code store_finder_begin(store_finder *f, error *e);
void store_finder_end(store_finder *f);
/* The customer's row, with outputs as asked for; `failed` also for one who was rejected, whose blob
 * then holds only what was carried over. NULL: the run has nothing of him. Customers who stood one
 * behind the other in that run are found fastest in this order. Until the next call. */
error_code store_find(store_finder *f, const char *key, size_t n, const store_row **out, error *e);

typedef struct store_outcome {
  const char *kind; /* "reject" or "rule_error" */
  const char *source;
  int64_t sequence, position;
  const char *key, *code, *field, *rule, *file;
  int line;
  const char *value, *message;
} store_outcome;

typedef error_code store_each_outcome(void *ctx, const store_outcome *o, error *e);
/* In source order. `key` NULL = all. */
error_code store_outcomes(store_reader *r, const char *key, store_each_outcome *each, void *ctx,
                          error *e);

/* The first `most` outcomes of the run at hand, as far as it has come; for whoever stops it. */
error_code store_first_outcomes(store *s, int64_t most, store_each_outcome *each, void *ctx,
                                error *e);

/* Groups for the report: counts and the sum of a numeric output (stored units) by a choice (every
 * word, in the order of its list) or a boolean ("0", "1"); name NULL = without a value. `by` NULL =
 * all in one group, `sum` NULL = counts alone. Decisions that failed are in none. */
typedef error_code store_each_group(void *ctx, const char *name, int64_t count, int64_t with_sum,
                                    int64_t above_zero, int128 sum, error *e);
error_code store_group(store_reader *r, const char *by, const char *sum, store_each_group *each,
                       void *ctx, error *e);
/* How many decisions carry a code (without its value) in an output of codes; in descending order.
 */
typedef error_code store_each_code(void *ctx, const char *code, int64_t count, error *e);
error_code store_code_counts(store_reader *r, const char *output, store_each_code *each, void *ctx,
                             error *e);
/* The files of the pack that made the run, as they were; in the reader's memory. ERR_STORE if there
 * are none. */
error_code store_pack_files(store_reader *r, const store_file **out, size_t *count, error *e);
/* The pack's alerts, in the order in which it lists them. */
size_t store_alerts(const store_reader *r, const store_alert **out);
/* The totals and cut points of the run. */
typedef error_code store_each_value(void *ctx, const store_value *v, error *e);
error_code store_values(store_reader *r, store_each_value *each, void *ctx, error *e);
/* The text of a code in a language ("en", "zh"), or NULL. */
const char *store_reason_text(store_reader *r, const char *code, const char *language);

#endif
