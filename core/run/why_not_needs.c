/* What a condition lacks, in words and as a distance. Distances only order ways: of a number the gap
 * against the greater of the two, of a date in months, of anything else 1. */
#include <math.h>
#include <string.h>

#include "../base/text.h"
#include "../eval/inspect.h"
#include "why_not_parts.h"

static const char *say(const explainer *x, explain_word w) {
  return explain_say(x->language, w);
}

static explained *add_need(explainer *x, wish *w, const char *name, const char *text,
                           double distance) {
  explained *n = explain_add(x, w->node, EXPLAINED_NEED, name);
  n->rule = text;
  n->taken = true;
  w->distance += distance;
  w->needs++;
  return n;
}

void need_text(explainer *x, wish *w, const char *text, double distance) {
  add_need(x, w, NULL, text, distance);
}

/* ---- numbers ---- */

static bool number_in(const column *c, size_t row, rational *out) {
  if (column_missing(c, row)) return false;
  switch (type_storage(c->type.kind)) {
  case STORE_I64:
    return rational_make(c->i64[row], type_is_numeric(c->type.kind) ? c->type.denominator : 1, out);
  case STORE_RATIO:
    return rational_make(c->i64[row], c->den[row], out);
  case STORE_F64:
    return fabs(c->f64[row]) < 1e12 &&
           rational_make((int128)llround(c->f64[row] * 1e6), 1000000, out);
  default:
    return false;
  }
}

static double real(rational r) {
  return (double)r.num / (double)r.den;
}

static double gap_distance(value_type t, rational gap, rational is, rational wanted) {
  if (t.kind == TYPE_DATE) return fabs(real(gap)) / 30;
  if (t.kind == TYPE_TIMESTAMP) return fabs(real(gap)) / 86400 / 30;
  const double most = fmax(fabs(real(is)), fabs(real(wanted)));
  return most > 0 ? fabs(real(gap)) / most : 0;
}

/* "0.50", of dates "12 days". */
static const char *gap_text(explainer *x, value_type t, rational gap) {
  if (gap.num < 0) gap.num = -gap.num;
  if (t.kind == TYPE_TIMESTAMP && !rational_div(gap, (rational){86400, 1}, &gap)) return "";
  const bool days = t.kind == TYPE_DATE || t.kind == TYPE_TIMESTAMP;
  const char *number = explain_number(x, gap, days ? 0 : t.digits, false);
  return days ? arena_format(x->arena, "%s %s", number, say(x, WORD_DAYS)) : number;
}

typedef enum bound_kind { AT_LEAST, ABOVE, AT_MOST, BELOW } bound_kind;

/* "score is 74.50, at least 75 is needed: 0.50 short" */
static explained *need_bound(explainer *x, wish *w, const char *name, const column *c,
                             bound_kind kind, rational bound) {
  static const explain_word words[] = {[AT_LEAST] = WORD_NEED_AT_LEAST,
                                       [ABOVE] = WORD_NEED_ABOVE,
                                       [AT_MOST] = WORD_NEED_AT_MOST,
                                       [BELOW] = WORD_NEED_BELOW};
  rational is, gap;
  const char *wanted = arena_format(x->arena, say(x, words[kind]), explain_as(x, c->type, bound));
  if (!number_in(c, x->row, &is) || !rational_sub(bound, is, &gap))
    return add_need(x, w, name, arena_format(x->arena, say(x, WORD_NEED_IS_MISSING), name, wanted),
                    2);
  const explain_word far = gap.num == 0 ? WORD_GAP_EQUAL : gap.num > 0 ? WORD_SHORT : WORD_OVER;
  const char *by = arena_format(x->arena, say(x, far), gap_text(x, c->type, gap));
  explained *n = add_need(
      x, w, name,
      arena_format(x->arena, say(x, WORD_NEED), name, explain_as(x, c->type, is), wanted, by),
      gap_distance(c->type, gap, is, bound) + 1e-6);
  n->value = explain_plain(x, c);
  n->counts = explain_number(x, gap, 0, true);
  return n;
}

explained *need_between(explainer *x, wish *w, const char *name, const column *c,
                        const rational *low, const rational *high) {
  rational is;
  const bool known = number_in(c, x->row, &is);
  if (low && (!known || rational_compare(is, *low) < 0))
    return need_bound(x, w, name, c, AT_LEAST, *low);
  if (high && (!known || rational_compare(is, *high) >= 0))
    return need_bound(x, w, name, c, BELOW, *high);
  return known ? NULL : need_bound(x, w, name, c, AT_LEAST, (rational){0, 1});
}

/* ---- conditions ---- */

static const char *part_of_text(explainer *x, const char *text, const node *n) {
  if (n->kind == NODE_SLOT && n->symbol) return n->symbol->name;
  if (n->offset < 0 || n->length <= 0 || (size_t)n->offset + (size_t)n->length > strlen(text))
    return n->symbol ? n->symbol->name : "?";
  return arena_string_n(x->arena, text + n->offset, (size_t)n->length);
}

static bool truth_is(explainer *x, const node *n, bool wanted) {
  const column *c = inspect(x->evaluator, n);
  if (wanted) return c->i32 && c->i32[x->row] == 1;
  return !c->i32 || c->i32[x->row] != 1; /* unknown is not true */
}

/* "need is medium, none is needed" */
static explained *need_word(explainer *x, wish *w, const char *name, const char *is,
                            const char *wanted) {
  return add_need(
      x, w, name,
      arena_format(x->arena, say(x, WORD_NEED_WORD), name, is ? is : explain_missing(x), wanted),
      1);
}

static const char *other_than(explainer *x, const char *what) {
  return arena_format(x->arena, say(x, WORD_OTHER_THAN), what);
}

static bool is_null(const node *n) {
  return n->kind == NODE_CONSTANT && n->constant.missing;
}

static void need_equal(explainer *x, wish *w, const char *text, const node *n, bool equal) {
  const char *name = part_of_text(x, text, n->children[0]);
  const column *left = inspect(x->evaluator, n->children[0]);
  const column *right = inspect(x->evaluator, n->children[1]);
  rational bound;
  if (is_null(n->children[1])) {
    const char *missing = explain_missing(x);
    need_word(x, w, name, explain_shown(x, left), equal ? missing : say(x, WORD_A_VALUE));
    return;
  }
  if (equal && number_in(right, x->row, &bound) && left->type.kind != TYPE_CHOICE) {
    rational is;
    const bool below = number_in(left, x->row, &is) && rational_compare(is, bound) < 0;
    need_bound(x, w, name, left, below ? AT_LEAST : AT_MOST, bound);
    return;
  }
  const char *wanted = explain_shown(x, right);
  explained *need =
      need_word(x, w, name, explain_shown(x, left), equal ? wanted : other_than(x, wanted));
  if (equal && n->children[0]->kind == NODE_SLOT)
    w->distance += need_deeper(x, need, n->children[0]->symbol->slot, wanted);
}

static void need_compared(explainer *x, wish *w, const char *text, const node *n, bool wanted) {
  /* by node kind, from NODE_LESS on */
  static const bound_kind when_true[] = {[0] = BELOW,
                                         [NODE_LESS_EQUAL - NODE_LESS] = AT_MOST,
                                         [NODE_GREATER - NODE_LESS] = ABOVE,
                                         [NODE_GREATER_EQUAL - NODE_LESS] = AT_LEAST};
  static const bound_kind opposite[] = {
      [AT_LEAST] = BELOW, [ABOVE] = AT_MOST, [AT_MOST] = ABOVE, [BELOW] = AT_LEAST};
  const column *left = inspect(x->evaluator, n->children[0]);
  const column *right = inspect(x->evaluator, n->children[1]);
  const char *name = part_of_text(x, text, n->children[0]);
  bound_kind kind = when_true[n->kind - NODE_LESS];
  rational bound;
  if (!wanted) kind = opposite[kind];
  if (number_in(right, x->row, &bound) && left->type.kind != TYPE_CHOICE)
    need_bound(x, w, name, left, kind, bound);
  else
    need_word(
        x, w, name, explain_shown(x, left),
        arena_format(x->arena, "%s%s", wanted ? "" : say(x, WORD_NOT), part_of_text(x, text, n)));
}

/* The nearest of the alternatives alone. */
static void need_any(explainer *x, wish *w, const char *text, const node *n, size_t from,
                     bool wanted) {
  wish best = {.distance = INFINITY};
  for (size_t i = from; i < n->child_count; i++) {
    wish one = {.node = explain_add(x, NULL, EXPLAINED_WAY, NULL)};
    need_condition(x, &one, text, n->children[i], wanted);
    if (one.distance < best.distance) best = one;
  }
  if (!best.node) return;
  for (explained *c = best.node->first; c;) {
    explained *next = c->next;
    c->next = NULL;
    if (w->node->last)
      w->node->last->next = c;
    else
      w->node->first = c;
    w->node->last = c;
    c = next;
  }
  w->distance += best.distance;
  w->needs += best.needs;
}

static void need_all(explainer *x, wish *w, const char *text, const node *n, size_t from,
                     bool wanted) {
  for (size_t i = from; i < n->child_count; i++) need_condition(x, w, text, n->children[i], wanted);
}

/* `urgency in (hopeful, eager)`: the whole list says it best. */
static void need_in(explainer *x, wish *w, const char *text, const node *n, bool wanted) {
  const node *of = n->children[0];
  const value_type t = of->type;
  if (t.kind != TYPE_CHOICE && t.kind != TYPE_TEXT && t.kind != TYPE_CODES) {
    (wanted ? need_any : need_all)(x, w, text, n, 1, wanted);
    return;
  }
  const char *whole = part_of_text(x, text, n), *name = part_of_text(x, text, of);
  const char *in = strstr(whole, " in ");
  const char *list = in ? in + 4 : whole;
  need_word(x, w, name, explain_shown(x, inspect(x->evaluator, of)),
            wanted ? arena_format(x->arena, say(x, WORD_ONE_OF), list) : other_than(x, list));
}

void need_condition(explainer *x, wish *w, const char *text, const node *n, bool wanted) {
  if (truth_is(x, n, wanted)) return;
  switch (n->kind) {
  case NODE_NOT:
    need_condition(x, w, text, n->children[0], !wanted);
    return;
  case NODE_AND:
  case NODE_OR:
    ((n->kind == NODE_AND) == wanted ? need_all : need_any)(x, w, text, n, 0, wanted);
    return;
  case NODE_IN:
    need_in(x, w, text, n, wanted);
    return;
  case NODE_EQUAL:
  case NODE_NOT_EQUAL:
    need_equal(x, w, text, n, (n->kind == NODE_EQUAL) == wanted);
    return;
  case NODE_LESS:
  case NODE_LESS_EQUAL:
  case NODE_GREATER:
  case NODE_GREATER_EQUAL:
    need_compared(x, w, text, n, wanted);
    return;
  case NODE_SLOT:
    need_word(x, w, part_of_text(x, text, n), explain_shown(x, inspect(x->evaluator, n)),
              wanted ? "true" : "false");
    return;
  default:
    need_text(x, w,
              arena_format(x->arena, say(x, WORD_CANNOT_CONDITION), part_of_text(x, text, n),
                           wanted ? "true" : "false"),
              CANNOT_TELL);
  }
}

/* ---- tests ---- */

static bool interval_bounds(const test_interval *i, value_type t, rational *low, rational *high,
                            bool *low_open, bool *high_open) {
  const int64_t den = type_is_numeric(t.kind) ? t.denominator : 1;
  *low_open = *high_open = false;
  switch (type_storage(t.kind)) {
  case STORE_I64:
    return (!i->has_low || rational_make(i->low, den, low)) &&
           (!i->has_high || rational_make(i->high, den, high));
  case STORE_RATIO:
    *low = i->ratio_low;
    *high = i->ratio_high;
    *low_open = i->low_open;
    *high_open = i->high_open;
    return true;
  default:
    return false;
  }
}

/* The nearest interval, as a need; of one that holds and must not, its nearer end. */
static bool need_interval(explainer *x, wish *w, const char *name, const column *c,
                          const unary_test *t, bool wanted) {
  wish best = {.distance = INFINITY};
  for (size_t i = 0; i < t->interval_count; i++) {
    const test_interval *k = &t->intervals[i];
    rational low, high, is;
    bool low_open, high_open;
    if (!interval_bounds(k, c->type, &low, &high, &low_open, &high_open)) return false;
    const bool known = number_in(c, x->row, &is);
    for (int end = 0; end < 2; end++) {
      if (!(end ? k->has_high : k->has_low)) continue;
      const rational bound = end ? high : low;
      const int side = known ? rational_compare(is, bound) : 0;
      if (wanted && known && (end ? side <= -1 + !high_open : side >= 1 - !low_open)) continue;
      const bound_kind kind =
          wanted ? (end ? (high_open ? BELOW : AT_MOST) : (low_open ? ABOVE : AT_LEAST))
                 : (end ? (high_open ? AT_LEAST : ABOVE) : (low_open ? AT_MOST : BELOW));
      wish one = {.node = explain_add(x, NULL, EXPLAINED_WAY, NULL)};
      need_bound(x, &one, name, c, kind, bound);
      if (one.distance < best.distance) best = one;
    }
  }
  if (!best.node) return false;
  explained *n = best.node->first;
  if (w->node->last)
    w->node->last->next = n;
  else
    w->node->first = n;
  w->node->last = n;
  w->distance += best.distance;
  w->needs++;
  return true;
}

void need_test(explainer *x, wish *w, const trace_point *p, size_t input, size_t way, bool wanted) {
  const unary_test *t = &p->tests[input][way];
  const formula *f = p->inputs[input];
  const char *text = p->texts[input][way].text, *name = f->text ? f->text : p->label;
  const column *c = explain_column(x, f);
  const bool holds = t->kind == TEST_ANY || inspect_test(x->evaluator, t, c, x->row);
  if (holds == wanted) return;
  if (t->kind == TEST_ANY) {
    need_text(x, w, arena_format(x->arena, say(x, WORD_CANNOT_CONDITION), "-", "false"),
              CANNOT_TELL);
    return;
  }
  if (t->kind == TEST_INTERVALS && need_interval(x, w, name, c, t, wanted)) return;
  if (t->kind == TEST_DYNAMIC) {
    const explained_test shown = explain_test(x, p, input, way);
    need_word(x, w, name, explain_shown(x, c),
              arena_format(x->arena, "%s%s", wanted ? "" : say(x, WORD_NOT),
                           shown.filled ? shown.filled : text));
    return;
  }
  explained *need = need_word(x, w, name, explain_shown(x, c), wanted ? text : other_than(x, text));
  if (wanted && f->slot >= 0 && !strpbrk(text, " ,()[]"))
    w->distance += need_deeper(x, need, f->slot, text);
}
