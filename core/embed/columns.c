/* See columns.h. Memory is that of the row builder (include/assay/rows.h), which frees with free(). */
#include "../include/assay/rows.h"

#include "columns.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../run/report_text.h"

enum { BEFORE = 2, BEHIND = 3 }; /* columns that are no outputs */

/* Where each record is: row of the batch, or -1 - number of the reject. */
typedef struct rows {
  const pack *pack;
  const desk_answer *answer;
  size_t count;
  int64_t *at;
} rows;

/* ---- types ---- */

static const char *format_of(value_type t) {
  static const char *const decimals[] = {"d:19,0",  "d:19,1",  "d:19,2",  "d:19,3",  "d:19,4",
                                         "d:19,5",  "d:19,6",  "d:19,7",  "d:19,8",  "d:19,9",
                                         "d:19,10", "d:19,11", "d:19,12", "d:19,13", "d:19,14",
                                         "d:19,15", "d:19,16", "d:19,17", "d:19,18"};
  switch (t.kind) {
  case TYPE_INTEGER:
    return "l";
  case TYPE_MONEY:
  case TYPE_DECIMAL:
    return decimals[t.digits];
  case TYPE_NUMBER:
    return "g";
  case TYPE_BOOLEAN:
    return "b";
  case TYPE_DATE:
    return "tdD";
  case TYPE_TIMESTAMP:
    return "tss:UTC";
  case TYPE_CODES:
    return "+l";
  default:
    return "u";
  }
}

static bool output_schema(const plan_output *o, struct ArrowSchema *out) {
  const bool list = o->type.kind == TYPE_CODES;
  return assay_arrow_schema(out, format_of(o->type), o->name, NULL, list) &&
         (!list || assay_arrow_schema(out->children[0], "u", "item", NULL, 0));
}

bool columns_schema(const pack *p, const plan *made, struct ArrowSchema *out) {
  static const char *const behind[BEHIND] = {"problem_code", "problem_field", "problem_message"};
  const char *key = p->schema.fields[p->schema.key].name;
  const plan_output *outputs;
  const size_t n = plan_outputs(made, &outputs);
  if (!assay_arrow_schema(out, "+s", "", NULL, n + BEFORE + BEHIND)) return false;
  struct ArrowSchema *columns = out->children[0]; /* one block */
  bool fine = assay_arrow_schema(&columns[0], "u", key, NULL, 0) &&
              assay_arrow_schema(&columns[1], "u", "status", NULL, 0);
  for (size_t i = 0; i < n && fine; i++) fine = output_schema(&outputs[i], &columns[BEFORE + i]);
  for (size_t i = 0; i < BEHIND && fine; i++)
    fine = assay_arrow_schema(&columns[BEFORE + n + i], "u", behind[i], NULL, 0);
  if (!fine) out->release(out);
  return fine;
}

/* ---- values ---- */

static void set_bit(uint8_t *bits, size_t i) {
  bits[i / 8] |= (uint8_t)(1u << (i % 8));
}

static int64_t row_of(const rows *r, size_t i) {
  const int64_t at = r->at[i];
  return at >= 0 && r->answer->out->failed[at] ? -1 : at;
}

/* One value into its place; of a money amount, 16 bytes. */
static void put_fixed(const column *c, size_t row, void *values, size_t i) {
  switch (c->type.kind) {
  case TYPE_BOOLEAN:
    if (c->i32[row]) set_bit(values, i);
    break;
  case TYPE_NUMBER:
    ((double *)values)[i] = c->f64[row];
    break;
  case TYPE_DATE:
    ((int32_t *)values)[i] = (int32_t)c->i64[row];
    break;
  case TYPE_MONEY:
  case TYPE_DECIMAL: {
    const int64_t unit = pow10_i64(c->type.digits);
    const int128 exact = c->type.denominator == unit
                             ? c->i64[row]
                             : int128_round_div((int128)c->i64[row] * unit, c->type.denominator);
    memcpy((char *)values + 16 * i, &exact, 16);
    break;
  }
  default:
    ((int64_t *)values)[i] = c->i64[row];
  }
}

static bool export_fixed(const rows *r, const column *c, struct ArrowArray *out) {
  uint8_t *valid = calloc(r->count / 8 + 1, 1);
  char *values = calloc(r->count + 1, 16);
  int64_t nulls = 0;
  for (size_t i = 0; i < r->count && valid && values; i++) {
    const int64_t row = row_of(r, i);
    if (row < 0 || column_missing(c, (size_t)row)) {
      nulls++;
      continue;
    }
    set_bit(valid, i);
    put_fixed(c, (size_t)row, values, i);
  }
  if (valid && values) return assay_arrow_column(out, r->count, nulls, 2, valid, values, NULL);
  free(valid);
  free(values);
  return false;
}

/* Texts that come one behind the other; a NULL one is null. */
typedef struct texts {
  size_t count, capacity;
  int64_t nulls;
  uint8_t *valid;
  int32_t *offsets;
  buffer bytes;
} texts;

static void texts_add(texts *t, const char *text, size_t n) {
  if (t->count + 1 >= t->capacity) {
    const size_t before = t->capacity;
    t->capacity = before * 2 + 64;
    t->offsets = mem_grow(t->offsets, t->capacity + 1, sizeof *t->offsets);
    t->valid = mem_grow(t->valid, t->capacity / 8 + 1, 1);
    memset(t->valid + (before ? before / 8 + 1 : 0), 0,
           t->capacity / 8 + 1 - (before ? before / 8 + 1 : 0));
    if (!before) t->offsets[0] = 0;
  }
  if (text) {
    buffer_add(&t->bytes, text, n);
    set_bit(t->valid, t->count);
  } else {
    t->nulls++;
  }
  t->offsets[++t->count] = (int32_t)t->bytes.size;
}

static void texts_word(texts *t, const char *word) {
  texts_add(t, word && *word ? word : NULL, word ? strlen(word) : 0);
}

/* Its memory goes over to the array, or is freed. */
static bool texts_export(texts *t, struct ArrowArray *out) {
  if (!t->capacity) { /* no text at all: offsets all the same */
    texts_add(t, "", 0);
    t->count = 0;
  }
  buffer_reserve(&t->bytes, 1);
  return assay_arrow_column(out, t->count, t->nulls, 3, t->valid, t->offsets, t->bytes.data);
}

static bool export_texts(const rows *r, const column *c, struct ArrowArray *out) {
  texts t = {0};
  buffer value = {0};
  for (size_t i = 0; i < r->count; i++) {
    const int64_t row = row_of(r, i);
    const bool missing = row < 0 || column_missing(c, (size_t)row);
    buffer_clear(&value);
    if (!missing) column_write(&value, c, (size_t)row, r->pack->zone);
    texts_add(&t, missing ? NULL : value.data ? value.data : "", value.size);
  }
  buffer_deinit(&value);
  return texts_export(&t, out);
}

/* Takes all three over, also when it fails. */
static bool export_list(struct ArrowArray *out, size_t count, int64_t nulls, uint8_t *valid,
                        int32_t *offsets, struct ArrowArray *items) {
  if (!out || !valid || !offsets || !assay_arrow_struct(out, count, 1)) {
    free(valid);
    free(offsets);
    if (items->release) items->release(items);
    return false;
  }
  assay_arrow_private *own = out->private_data;
  own->buffers[0] = valid;
  own->buffers[1] = offsets;
  out->n_buffers = 2;
  out->null_count = nulls;
  *out->children[0] = *items;
  return true;
}

static void add_code(void *ctx, const char *code, size_t n) {
  texts_add(ctx, code, n);
}

static bool export_codes(const rows *r, const column *c, struct ArrowArray *out) {
  texts t = {0};
  uint8_t *valid = calloc(r->count / 8 + 1, 1);
  int32_t *offsets = calloc(r->count + 1, sizeof *offsets);
  int64_t nulls = 0;
  for (size_t i = 0; i < r->count && valid && offsets; i++) {
    const int64_t row = row_of(r, i);
    if (row >= 0) {
      set_bit(valid, i);
      each_code(c, (size_t)row, add_code, &t);
    } else {
      nulls++;
    }
    offsets[i + 1] = (int32_t)t.count;
  }
  struct ArrowArray items = {0};
  const bool fine = texts_export(&t, &items);
  return export_list(out, r->count, nulls, valid, offsets, &items) && fine;
}

static bool export_output(const rows *r, const column *c, struct ArrowArray *out) {
  if (c->type.kind == TYPE_CODES) return export_codes(r, c, out);
  return *format_of(c->type) == 'u' ? export_texts(r, c, out) : export_fixed(r, c, out);
}

/* ---- what is no output ---- */

static bool export_keys(const rows *r, struct ArrowArray *keys, struct ArrowArray *statuses) {
  const batch *in = r->answer->in;
  const text_data *k = &in->columns[in->schema->key].text;
  texts t = {0}, s = {0};
  for (size_t i = 0; i < r->count; i++) {
    const int64_t row = r->at[i];
    if (row < 0) {
      texts_word(&t, in->rejects[-1 - row].key);
      texts_word(&s, "rejected");
    } else {
      texts_add(&t, k->bytes + k->offsets[row], k->offsets[row + 1] - k->offsets[row]);
      texts_word(&s, r->answer->out->failed[row] ? "error" : "graded");
    }
  }
  const bool fine = texts_export(&t, keys);
  return texts_export(&s, statuses) && fine;
}

static const fault *fault_of(const decisions *d, size_t row) {
  for (size_t i = 0; i < d->fault_count; i++)
    if (d->faults[i].row == row) return &d->faults[i];
  return NULL;
}

static void add_problem(texts *columns, const char *code, const char *where, const char *message) {
  texts_word(&columns[0], code);
  texts_word(&columns[1], where);
  texts_word(&columns[2], message);
}

static bool export_problems(const rows *r, struct ArrowArray *const *out) {
  const desk_answer *a = r->answer;
  texts columns[BEHIND] = {{0}};
  bool fine = true;
  for (size_t i = 0; i < r->count; i++) {
    const int64_t row = r->at[i];
    const reject *x = row < 0 ? &a->in->rejects[-1 - row] : NULL;
    const fault *f = row >= 0 && a->out->failed[row] ? fault_of(a->out, (size_t)row) : NULL;
    if (x)
      add_problem(columns, x->code, x->field, x->message);
    else
      add_problem(columns, f ? f->code : NULL, f ? f->rule : NULL, f ? f->message : NULL);
  }
  for (int i = 0; i < BEHIND; i++) fine = texts_export(&columns[i], out[i]) && fine;
  return fine;
}

bool columns_export(const pack *p, const desk_answer *a, size_t first, size_t count,
                    struct ArrowArray *out) {
  const plan_output *outputs;
  const size_t n = plan_outputs(a->plan, &outputs);
  if (!assay_arrow_struct(out, count, n + BEFORE + BEHIND)) return false;
  rows r = {.pack = p, .answer = a, .count = count, .at = mem_array(count + 1, sizeof *r.at)};
  for (size_t i = 0; i < a->in->rows; i++) r.at[a->in->sequence[i] - first] = (int64_t)i;
  for (size_t i = 0; i < a->in->reject_count; i++)
    r.at[a->in->rejects[i].sequence - first] = -1 - (int64_t)i;
  bool fine = export_keys(&r, out->children[0], out->children[1]);
  for (size_t i = 0; i < n && fine; i++)
    fine = export_output(&r, &a->out->outputs[i], out->children[BEFORE + i]);
  fine = fine && export_problems(&r, out->children + BEFORE + n);
  free(r.at);
  if (!fine) out->release(out);
  return fine;
}
