/* The values of population steps as texts, exactly, and back. */
#include <stdlib.h>
#include <string.h>
#include "population_steps.h"

/* ---- writing ---- */

/* A decimal where the number is one, else a quotient: 40000000.00, 1/3. */
static void write_rational(buffer *out, int64_t num, int64_t den, int digits) {
  rational r;
  buffer_reserve(out, 96);
  if (!rational_make(num, den, &r)) return;
  while (digits < 18 && pow10_i64(digits) % r.den != 0) digits++;
  int128 scaled;
  const bool decimal =
      pow10_i64(digits) % r.den == 0 &&
      !__builtin_mul_overflow(r.num, pow10_i64(digits) / (int64_t)r.den, &scaled) &&
      scaled <= INT64_MAX && scaled > INT64_MIN;
  if (decimal)
    out->size += decimal_write(out->data + out->size, (int64_t)scaled, digits);
  else
    buffer_format(out, "%lld/%lld", (long long)r.num, (long long)r.den);
}

static void write_number(buffer *out, const population_number *x, value_type t, zone z) {
  column c;
  switch (t.kind) {
  case TYPE_INTEGER:
  case TYPE_MONEY:
  case TYPE_DECIMAL:
    write_rational(out, x->num, t.denominator, t.digits);
    break;
  case TYPE_RATIO:
    write_rational(out, x->num, x->den, 0);
    break;
  default:
    column_init(&c, t, 1);
    population_put(x, &c, 0);
    column_write(out, &c, 0, z);
    column_deinit(&c);
  }
  buffer_text(out, "");
}

static error_code tell(const population *x, const struct population_step *s,
                       const population_group *g, int64_t at, const population_number *n,
                       population_each *each, void *ctx, error *e) {
  buffer text = {0};
  if (n->known) write_number(&text, n, s->quantiles ? s->of : s->type, x->plan->pack->zone);
  const population_value v = {s->name, g->name, at, n->known ? text.data : NULL, g->count};
  const error_code status = each(ctx, &v, e);
  buffer_deinit(&text);
  return status;
}

/* That the step was worked out, also if it found no group: the records of all of them. */
static error_code tell_all(const population_values *v, population_each *each, void *ctx, error *e) {
  population_value all = {.step = v->step->name};
  for (size_t i = 0; i < v->count; i++) all.count += v->groups[i].count;
  return each(ctx, &all, e);
}

static int by_name(const void *a, const void *b) {
  const population_group *x = *(const population_group *const *)a,
                         *y = *(const population_group *const *)b;
  return strcmp(x->name ? x->name : "", y->name ? y->name : "");
}

static error_code write_step(const population *x, const population_values *v, population_each *each,
                             void *ctx, error *e) {
  const struct population_step *s = v->step;
  error_code status = ERR_OK;
  const population_group **order = mem_array(v->count + 1, sizeof(population_group *));
  for (size_t i = 0; i < v->count; i++) order[i] = &v->groups[i];
  qsort(order, v->count, sizeof *order, by_name);
  if (s->within.kind != TYPE_NONE) status = tell_all(v, each, ctx, e);
  for (size_t i = 0; i < v->count && !status; i++) {
    if (!s->quantiles) status = tell(x, s, order[i], 0, &order[i]->total, each, ctx, e);
    for (size_t c = 0; s->quantiles && c + 1 < s->parts && !status; c++)
      status = tell(x, s, order[i], (int64_t)c + 1, &order[i]->cuts[c], each, ctx, e);
  }
  free(order);
  return status;
}

/* What is given stands among the run's parameters, and a move with the decision itself. */
static bool is_kept(const struct population_step *s) {
  return !s->smooths && !s->given;
}

error_code population_write(const population *x, population_each *each, void *ctx, error *e) {
  error_code status = ERR_OK;
  for (size_t i = 0; i < x->plan->population_count && !status; i++)
    if (is_kept(x->values[i].step)) status = write_step(x, &x->values[i], each, ctx, e);
  return status;
}

/* ---- what stands behind a value ---- */

static const char *cut_text(const struct population_step *s, const population_group *g, size_t cut,
                            zone z, arena *a) {
  buffer text = {0};
  if (cut + 1 >= s->parts || !g->cuts[cut].known) return NULL;
  write_number(&text, &g->cuts[cut], s->of, z);
  const char *copy = arena_string(a, text.data);
  buffer_deinit(&text);
  return copy;
}

static const struct population_step *step_of(const plan *p, int slot) {
  for (size_t i = 0; i < p->population_count; i++)
    if (p->population[i]->slot == slot && !p->population[i]->smooths) return p->population[i];
  return NULL;
}

bool population_basis_of(const evaluator *v, int slot, size_t row, arena *a,
                         population_basis *out) {
  const struct population_step *s = step_of(v->plan, slot);
  if (!s || (!v->population && !s->given)) return false;
  const population_group *g = population_group_of(v, s, row);
  *out = (population_basis){.quantiles = s->quantiles,
                            .as = s->as,
                            .of = s->of_text,
                            .within = s->within_text,
                            .group = g ? g->name : NULL,
                            .count = g ? g->count : 0,
                            .parts = s->parts};
  if (!s->quantiles || !g) return true;
  const population_number x = population_number_of(v->frame.slots[s->of_slot], row);
  if (!x.known) return true;
  const size_t part = (size_t)population_part(s, g, &x);
  const zone z = v->plan->pack->zone;
  out->part = part + 1;
  out->above = part ? cut_text(s, g, part - 1, z, a) : NULL;
  out->up_to = cut_text(s, g, part, z, a);
  return true;
}

/* ---- reading ---- */

static bool read_rational(const char *text, rational *out) {
  const char *slash = strchr(text, '/');
  rational num, den;
  if (!slash) return rational_parse(text, strlen(text), out) == PARSE_OK;
  return rational_parse(text, (size_t)(slash - text), &num) == PARSE_OK &&
         rational_parse(slash + 1, strlen(slash + 1), &den) == PARSE_OK && den.num > 0 &&
         rational_div(num, den, out);
}

static bool read_exact(const char *text, value_type t, population_number *out) {
  rational r;
  if (!read_rational(text, &r)) return false;
  if (t.kind != TYPE_RATIO && !rational_mul(r, (rational){t.denominator, 1}, &r)) return false;
  if (r.num > INT64_MAX || r.num <= INT64_MIN || r.den > INT64_MAX) return false;
  if (t.kind != TYPE_RATIO && r.den != 1) return false;
  *out = (population_number){true, (int64_t)r.num, (int64_t)r.den};
  return true;
}

static bool read_number(const char *text, value_type t, population_number *out) {
  const size_t n = strlen(text);
  column c;
  bool fine;
  *out = (population_number){.known = true, .den = 1};
  switch (t.kind) {
  case TYPE_DATE:
    return date_parse(text, n, &out->num);
  case TYPE_TIMESTAMP:
    return moment_parse(text, n, &out->num);
  case TYPE_NUMBER:
    column_init(&c, t, 1);
    fine = number_parse(text, n, &c.f64[0]) == PARSE_OK;
    *out = population_number_of(&c, 0);
    column_deinit(&c);
    return fine;
  default:
    return read_exact(text, t, out);
  }
}

static population_values *find_step(const population *x, const char *name) {
  for (size_t i = 0; i < x->plan->population_count; i++)
    if (is_kept(x->values[i].step) && !strcmp(x->values[i].step->name, name)) return &x->values[i];
  return NULL;
}

error_code population_read(population *x, const population_value *given, error *e) {
  population_values *v = find_step(x, given->step);
  if (!v) return ERR_OK;
  const struct population_step *s = v->step;
  v->known = true;
  if (!given->within && s->within.kind != TYPE_NONE) return ERR_OK; /* of all groups */
  population_group *g = population_group_named(v, given->within);
  const int64_t most = s->quantiles ? (int64_t)s->parts - 1 : 0;
  population_number number = {.den = 1};
  bool fine = g && given->place >= (s->quantiles ? 1 : 0) && given->place <= most;
  if (fine && given->value)
    fine = read_number(given->value, s->quantiles ? s->of : s->type, &number);
  if (!fine)
    return error_set(e, ERR_STORE, "the stored value \"%s\" of %s does not fit its step",
                     given->value ? given->value : "", s->what);
  g->count = given->count;
  if (s->quantiles) {
    g->cuts[given->place - 1] = number;
  } else {
    g->total = number;
    g->overflow =
        !given->value && (s->as == TOTAL_SUM || (s->as == TOTAL_MEAN && given->count > 0));
  }
  return ERR_OK;
}

/* ---- given ---- */

/* The text up to the next ',' without the blanks around it; `*text` goes behind it. */
static const char *next_text(arena *a, const char **text) {
  const char *from = *text + strspn(*text, " ");
  const size_t all = strcspn(*text, ",");
  const char *end = *text + all;
  while (end > from && end[-1] == ' ') end--;
  *text += all + ((*text)[all] == ',');
  return arena_string_n(a, from, (size_t)(end - from));
}

static bool give_texts(builder *b, const struct population_step *s, population_group *g,
                       const char *text) {
  const size_t wanted = s->quantiles ? s->parts - 1 : 1;
  size_t count = 0;
  for (; *text; count++) {
    const char *one = next_text(&b->plan->arena, &text);
    if (count == wanted) return false;
    population_number *x = s->quantiles ? &g->cuts[count] : &g->total;
    if (!read_number(one, s->quantiles ? s->of : s->type, x)) return false;
    if (count && population_compare(&g->cuts[count - 1], x) > 0) return false;
  }
  return count == wanted;
}

bool population_give(builder *b, const char *name, const char *text) {
  plan *p = b->plan;
  struct population_step *s = NULL;
  for (size_t i = 0; i < p->population_count; i++)
    if (!p->population[i]->smooths && !strcmp(p->population[i]->name, name)) s = p->population[i];
  if (!s) return false;
  population_group *g = arena_alloc(&p->arena, sizeof *g);
  g->count = 1;
  g->cuts = arena_array(&p->arena, s->parts + 1, sizeof *g->cuts);
  s->given = g;
  if (give_texts(b, s, g, text)) return true;
  buffer wanted = {0};
  type_describe(&wanted, s->quantiles ? s->of : s->type);
  if (s->quantiles)
    build_error(b, s->at, "%s: \"%s\" that was given is not its %zu cut points, each %s, ascending",
                s->what, text, s->parts - 1, wanted.data);
  else
    build_error(b, s->at, "%s: \"%s\" that was given is no %s", s->what, text, wanted.data);
  buffer_deinit(&wanted);
  return true;
}
