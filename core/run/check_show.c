/* Values, and what can be one, as a person reads them in a finding. */
#include <string.h>

#include "../data/batch.h"
#include "check_parts.h"

/* ---- values ---- */

/* With as many decimals as it has, at most six. */
static void show_exact(buffer *out, rational x) {
  char text[64];
  int digits = 0;
  while (digits < 6 && (int128)pow10_i64(digits) % x.den != 0) digits++;
  buffer_add(out, text, quotient_write(text, x.num, x.den, digits));
}

void value_show(buffer *out, const value *v, zone z) {
  char text[48];
  switch (v->type.kind) {
  case TYPE_BOOLEAN:
    buffer_text(out, v->exact.num ? "true" : "false");
    break;
  case TYPE_NUMBER:
    buffer_add(out, text, number_write(text, v->number));
    break;
  case TYPE_RATIO:
    show_exact(out, v->exact);
    break;
  case TYPE_DATE:
    buffer_char(out, '"');
    buffer_add(out, text, date_write(text, (int64_t)v->exact.num));
    buffer_char(out, '"');
    break;
  case TYPE_TIMESTAMP:
    buffer_char(out, '"');
    buffer_add(out, text, moment_write(text, (int64_t)v->exact.num, z));
    buffer_char(out, '"');
    break;
  case TYPE_INTEGER:
  case TYPE_MONEY:
  case TYPE_DECIMAL: {
    rational x;
    int64_t unit = v->type.denominator > 0 ? v->type.denominator : 1;
    if (rational_make(v->exact.num, unit, &x)) show_exact(out, x);
    break;
  }
  default:
    buffer_format(out, "\"%s\"", v->text ? v->text : "");
  }
}

void axis_show(buffer *out, const axis_segment *s, zone z) {
  if (s->missing)
    buffer_text(out, "null");
  else if (s->other)
    buffer_text(out, "\"any other text\"");
  else
    value_show(out, &s->at, z);
}

/* ---- what is possible ---- */

static void show_bound(buffer *out, value_type type, rational at, zone z) {
  bool day = (type.kind == TYPE_DATE || type.kind == TYPE_TIMESTAMP) && at.den == 1;
  value v = {.type = type, .exact = at};
  if (!day) v.type.kind = TYPE_RATIO;
  value_show(out, &v, z);
}

#define WORDS_SHOWN 8 /* of a class that can be each of its words */

static bool says_words(value_type type, const possible *p) {
  size_t count = possible_word_count(type), total = 0;
  for (size_t i = 0; i < count; i++) total += possible_has_word(p, i);
  return total < count || (count && count <= WORDS_SHOWN);
}

static void show_words(buffer *out, value_type type, const possible *p) {
  size_t count = possible_word_count(type), total = 0, n = 0;
  for (size_t i = 0; i < count; i++) total += possible_has_word(p, i);
  buffer_text(out, "can only be ");
  for (size_t i = 0; i < count; i++) {
    if (!possible_has_word(p, i)) continue;
    n++;
    if (n > 1) buffer_text(out, n == total ? " or " : ", ");
    buffer_text(out, type.kind == TYPE_BOOLEAN ? (i ? "true" : "false") : type.choices->names[i]);
  }
}

static void show_bounds(buffer *out, value_type type, const possible *p, zone z) {
  bool both = p->has_low && p->has_high;
  buffer_text(out, both ? "lies between " : p->has_low ? "is at least " : "is at most ");
  if (p->has_low) show_bound(out, type, p->low, z);
  if (both) buffer_text(out, " and ");
  if (p->has_high) show_bound(out, type, p->high, z);
}

void possible_show(buffer *out, value_type type, const possible *p, zone z) {
  bool words = says_words(type, p), bounds = p->has_low || p->has_high;
  if (!p->value) {
    buffer_text(out, p->missing ? "is always missing" : "never comes");
    return;
  }
  if (words) show_words(out, type, p);
  if (bounds) show_bounds(out, type, p, z);
  if (p->missing && !words && !bounds) buffer_text(out, "may be missing");
  if (p->missing) return;
  buffer_text(out, words || bounds ? ", and is never missing" : "is never missing");
}
