/* libassay: a stream of records as a stream of decisions. See assay_evaluate_stream in assay.h.
 *
 * One array of decisions for each slice of an array of records; nothing is kept of what has been given. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "../data/cast.h"
#include "columns.h"
#include "rules.h"

typedef struct decided {
  assay_rules *rules;
  asked asked;
  struct ArrowArrayStream in;
  cast *cast;
  struct ArrowArray array; /* at hand; release NULL = none */
  size_t done;             /* of its rows */
  bool ended;
  int failed; /* an errno, for all calls to come */
  error error;
} decided;

static const char source_name[] = "the stream";

/* ---- what is read ---- */

static int fail(decided *d, int number, error_code code) {
  if (!d->error.code) d->error.code = code;
  return d->failed = number;
}

static int next_array(decided *d) {
  if (d->array.release) d->array.release(&d->array);
  d->array.release = NULL;
  d->done = 0;
  const int number = d->in.get_next(&d->in, &d->array);
  if (number) {
    const char *why = d->in.get_last_error(&d->in);
    error_set(&d->error, ERR_SOURCE, "%s failed: %s", source_name, why ? why : strerror(number));
    d->array.release = NULL;
    return fail(d, number, ERR_SOURCE);
  }
  d->ended = d->array.release == NULL;
  return 0;
}

/* ---- what is given ---- */

static int decide(decided *d, struct ArrowArray *out) {
  desk_question *q = &d->asked.question;
  const size_t left = (size_t)d->array.length - d->done;
  desk_answer a;
  q->cast = d->cast;
  q->array = &d->array;
  q->from_row = d->done;
  q->count = left < BATCH_ROWS ? left : BATCH_ROWS;
  const error_code code = desk_ask(d->rules->desk, q, &a, &d->error);
  if (code) return fail(d, code == ERR_SOURCE ? EINVAL : EIO, code);
  const bool made = columns_export(desk_pack(d->rules->desk), &a, q->from_row, q->count, out);
  desk_done(d->rules->desk, &a);
  d->done += q->count;
  if (made) return 0;
  error_set(&d->error, ERR_INTERNAL, "no memory");
  return fail(d, ENOMEM, ERR_INTERNAL);
}

static int get_next(struct ArrowArrayStream *stream, struct ArrowArray *out) {
  decided *d = stream->private_data;
  memset(out, 0, sizeof *out);
  if (d->failed) return d->failed;
  while (!d->ended && (!d->array.release || d->done >= (size_t)d->array.length))
    if (next_array(d)) return d->failed;
  return d->ended ? 0 : decide(d, out);
}

/* The question without records tells what its outputs are. */
static int get_schema(struct ArrowArrayStream *stream, struct ArrowSchema *out) {
  decided *d = stream->private_data;
  desk_question q = d->asked.question;
  desk_answer a;
  memset(out, 0, sizeof *out);
  q.cast = NULL;
  q.count = 0;
  const error_code code = desk_ask(d->rules->desk, &q, &a, &d->error);
  if (code) return fail(d, EIO, code);
  const bool made = columns_schema(desk_pack(d->rules->desk), a.plan, out);
  desk_done(d->rules->desk, &a);
  if (made) return 0;
  error_set(&d->error, ERR_INTERNAL, "no memory");
  return fail(d, ENOMEM, ERR_INTERNAL);
}

static const char *get_last_error(struct ArrowArrayStream *stream) {
  decided *d = stream->private_data;
  return *d->error.message ? d->error.message : NULL;
}

static void decided_free(decided *d) {
  if (d->array.release) d->array.release(&d->array);
  if (d->in.release) d->in.release(&d->in);
  cast_free(d->cast);
  asked_deinit(&d->asked);
  free(d);
}

static void release(struct ArrowArrayStream *stream) {
  decided_free(stream->private_data);
  stream->release = NULL;
}

/* ---- opening ---- */

static error_code bind(decided *d, error *e) {
  struct ArrowSchema types = {0};
  const int number = d->in.get_schema(&d->in, &types);
  if (number) {
    const char *why = d->in.get_last_error(&d->in);
    return error_set(e, ERR_SOURCE, "%s has no schema: %s", source_name,
                     why ? why : strerror(number));
  }
  const error_code code = desk_bind(d->rules->desk, &d->asked.question, &types, &d->cast, e);
  if (types.release) types.release(&types);
  return code;
}

int assay_evaluate_stream(assay_rules *rules, struct ArrowArrayStream *in,
                          const assay_options *options, struct ArrowArrayStream *out,
                          assay_error *told) {
  error e = {0};
  decided *d = mem_alloc(sizeof *d);
  memset(out, 0, sizeof *out);
  d->rules = rules;
  d->in = *in;
  in->release = NULL; /* moved */
  error_code code = asked_init(&d->asked, options, source_name, &e);
  d->asked.question.explains = false;
  d->asked.question.as_of = desk_moment(&d->asked.question); /* the same for all of the stream */
  d->asked.question.now = false;
  if (!code) code = bind(d, &e);
  if (code) {
    decided_free(d);
    return tell(told, code, &e);
  }
  *out = (struct ArrowArrayStream){.get_schema = get_schema,
                                   .get_next = get_next,
                                   .get_last_error = get_last_error,
                                   .release = release,
                                   .private_data = d};
  return tell(told, ERR_OK, &e);
}
