/* derive "days_since" { "today - date(last_contact_at)" }: a column made by a formula. */
#include <string.h>
#include "convert.h"
#include "evaluator.h"
#include "trace.h"

typedef struct derive {
  stage base;
  const formula *formula;
  int result;
} derive;

static void copy_texts(const column *from, column *to, size_t rows) {
  for (size_t r = 0; r < rows; r++) convert_text(from, r, to, r);
}

static void copy_same(const column *from, column *to, size_t rows) {
  if (from->i64) memcpy(to->i64, from->i64, rows * sizeof *to->i64);
  if (from->den) memcpy(to->den, from->den, rows * sizeof *to->den);
  if (from->i32) memcpy(to->i32, from->i32, rows * sizeof *to->i32);
  if (from->f64) memcpy(to->f64, from->f64, rows * sizeof *to->f64);
}

static void run(const stage *s, evaluator *v) {
  const derive *d = (const derive *)s;
  const column *from = evaluate(v, d->formula, NULL);
  column *to = evaluator_result(v, d->result);
  size_t rows = v->frame.rows;
  storage form = type_storage(to->type.kind);
  if (form == STORE_TEXT) {
    copy_texts(from, to, rows);
  } else if (form == type_storage(from->type.kind) &&
             (form != STORE_I64 || to->type.denominator == from->type.denominator)) {
    copy_same(from, to, rows);
  } else {
    for (size_t r = 0; r < rows; r++)
      if (!convert_value(from, r, to, r)) {
        convert_missing(to, r);
        evaluator_fail(v, r, "OVERFLOW", s, 0, "the result is too large for %s",
                       type_name(to->type.kind));
      }
  }
}

stage *derive_compile(builder *b, const step *s) {
  const derive_step *from = &s->derive;
  formula *f = build_formula(b, from->formula, from->type);
  if (!f) return NULL;
  value_type type = from->type.kind == TYPE_NONE ? f->type : from->type;
  if (type.kind == TYPE_NONE) {
    build_error(b, from->formula.at,
                "\"%s\" is always missing, and so of no type: say which, as in type = money",
                from->formula.text);
    return NULL;
  }
  if (!convert_accepts(type, f->type)) {
    buffer given = {0}, wanted = {0};
    type_describe(&given, f->type);
    type_describe(&wanted, type);
    build_error(b, from->formula.at, "\"%s\" gives %s, but \"%s\" is declared as %s%s",
                from->formula.text, given.data, s->name, wanted.data,
                type.kind == TYPE_INTEGER ? ": use floor(), ceiling() or round()" : "");
    buffer_deinit(&given);
    buffer_deinit(&wanted);
    return NULL;
  }
  type = convert_widen(type, f->type);
  derive *d = build_stage(b, sizeof *d, NULL, run);
  trace_point *p = trace_declare(b, POINT_FORMULA, s->name, s->at, 1);
  p->outcome = s->name;
  p->always = true;
  p->ways[0] = (trace_way){.label = from->formula.text, .at = from->formula.at, .value = f};
  d->formula = f;
  d->result = build_result(b, s->name, type, "derive", s->at);
  return d->result < 0 ? NULL : &d->base;
}
