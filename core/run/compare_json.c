/* The comparison of two runs for programs. Amounts are numbers as a pack writes them. */
#include <string.h>

#include "../base/text.h"
#include "compare.h"

static void text(buffer *out, const char *name, const char *value, bool first) {
  buffer_format(out, "%s\"%s\":", first ? "" : ",", name);
  if (value)
    text_json(out, value, strlen(value));
  else
    buffer_text(out, "null");
}

static void amount(buffer *out, const comparison *c, const char *name, int128 units) {
  buffer_format(out, ",\"%s\":", name);
  buffer_reserve(out, 80);
  out->size +=
      quotient_write(out->data + out->size, units, pow10_i64(c->limit_digits), c->limit_digits);
}

static void count(buffer *out, const char *name, int64_t n) {
  buffer_format(out, ",\"%s\":%lld", name, (long long)n);
}

static void put_classes(buffer *out, const comparison *c) {
  static const char *const states[] = {NULL, "error", "no decision"};
  bool any = false;
  buffer_text(out, ",\"classes\":{");
  text(out, "output", c->class_name, true);
  count(out, "changed", c->class_changed);
  buffer_text(out, ",\"moves\":[");
  for (size_t i = 0; i < c->class_count * c->class_count; i++) {
    const size_t before = i / c->class_count, after = i % c->class_count;
    if (!c->counts[i]) continue;
    buffer_text(out, any ? ",{" : "{");
    any = true;
    text(out, "before",
         before < c->word_count ? c->classes[before] : states[before - c->word_count], true);
    text(out, "after", after < c->word_count ? c->classes[after] : states[after - c->word_count],
         false);
    count(out, "customers", c->counts[i]);
    buffer_char(out, '}');
  }
  buffer_text(out, "]}");
}

static void put_limits(buffer *out, const comparison *c) {
  buffer_text(out, ",\"limits\":{");
  text(out, "output", c->limit_name, true);
  amount(out, c, "before", c->limit_before);
  amount(out, c, "after", c->limit_after);
  count(out, "raised", c->raised);
  amount(out, c, "raised_by", c->raised_by);
  count(out, "lowered", c->lowered);
  amount(out, c, "lowered_by", c->lowered_by);
  buffer_char(out, '}');
}

static void put_truths(buffer *out, const comparison *c) {
  buffer_text(out, ",\"truths\":[");
  for (size_t i = 0; i < c->truth_count; i++) {
    const truth_change *t = &c->truths[i];
    buffer_text(out, i ? ",{" : "{");
    text(out, "output", t->output, true);
    count(out, "before", t->before);
    count(out, "after", t->after);
    count(out, "new", t->gained);
    count(out, "gone", t->lost);
    buffer_char(out, '}');
  }
  buffer_char(out, ']');
}

static void put_mover(buffer *out, const comparison *c, const mover *m) {
  buffer_char(out, '{');
  text(out, "customer", m->key, true);
  if (c->class_count) {
    text(out, "class_before", m->class_before, false);
    text(out, "class_after", m->class_after, false);
  }
  if (c->limit_name) {
    text(out, "limit_before", m->limit_before, false);
    text(out, "limit_after", m->limit_after, false);
  }
  if (m->output) {
    text(out, "output", m->output, false);
    text(out, "before", m->before, false);
    text(out, "after", m->after, false);
  }
  if (m->inputs) text(out, "inputs", m->inputs, false);
  if (m->step.name) {
    buffer_text(out, ",\"step\":{");
    text(out, "name", m->step.name, true);
    text(out, "before", m->step.before, false);
    text(out, "after", m->step.after, false);
    text(out, "detail", m->step.detail, false);
    text(out, "file", m->step.file, false);
    count(out, "line", m->step.line);
    buffer_char(out, '}');
  }
  buffer_char(out, '}');
}

void compare_json(buffer *out, const comparison *c) {
  buffer_text(out, "{\"event\":\"comparison\"");
  count(out, "against", c->before->id);
  text(out, "pack_hash_before", c->before->pack_hash, false);
  text(out, "pack_hash_after", c->after->pack_hash, false);
  count(out, "both", c->both);
  count(out, "changed", c->changed - c->only_before - c->only_after);
  count(out, "only_before", c->only_before);
  count(out, "only_after", c->only_after);
  if (c->class_count) put_classes(out, c);
  if (c->limit_name) put_limits(out, c);
  put_truths(out, c);
  buffer_text(out, ",\"rule_errors\":{\"new\":");
  buffer_format(out, "%lld,\"gone\":%lld", (long long)c->errors_new, (long long)c->errors_gone);
  text(out, "first", c->first_error.key, false);
  text(out, "message", c->first_error.message, false);
  buffer_text(out, "},\"rejects\":{\"before\":");
  buffer_format(out, "%lld,\"after\":%lld}", (long long)c->before->counts.rejected,
                (long long)c->after->counts.rejected);
  buffer_text(out, ",\"movers\":[");
  for (size_t i = 0; i < c->mover_count; i++) {
    if (i) buffer_char(out, ',');
    put_mover(out, c, &c->movers[i]);
  }
  buffer_text(out, "]}");
}
