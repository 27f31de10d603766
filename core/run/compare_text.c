/* The comparison of two runs as a page: how many, the classes as a matrix, limits, truths, failures,
 * and the first movers with the step that moved each. */
#include <stdio.h>
#include <string.h>

#include "../base/text.h"
#include "compare.h"
#include "report_text.h"

typedef enum word {
  W_TITLE,
  W_AGAINST,
  W_COUNTS,
  W_ONLY_BEFORE,
  W_ONLY_AFTER,
  W_NOTHING,
  W_CHANGED,
  W_CLASSES,
  W_MATRIX,
  W_NONE,
  W_ERROR,
  W_ABSENT,
  W_LIMITS,
  W_RAISED,
  W_LOWERED,
  W_TRUTH,
  W_ERRORS,
  W_REJECTS,
  W_MOVERS,
  W_FIRST_MOVERS,
  W_RECORD,
  W_NO_STEP,
  WORDS
} word;

static const char *const words[WORDS][2] = {
    [W_TITLE] = {"What would change", "将有哪些变化"},
    [W_AGAINST] = {"against run %lld (rules %.12s, as of %s)",
                   "与运行 %lld 相比（规则 %.12s，截至 %s）"},
    [W_COUNTS] = {"%s customers in both, %s of them decided otherwise",
                  "两次都有 %s 位客户，其中 %s 位的决定不同"},
    [W_ONLY_BEFORE] = {"%s had a decision and would have none", "%s 位原有决定，现在没有"},
    [W_ONLY_AFTER] = {"%s had no decision and would have one", "%s 位原无决定，现在有"},
    [W_NOTHING] = {"Nothing would change.", "没有任何变化。"},
    [W_CHANGED] = {"%s of them move", "其中 %s 位变动"},
    [W_CLASSES] = {"Classes", "分类"},
    [W_MATRIX] = {"rows: before, columns: after", "行：之前，列：之后"},
    [W_NONE] = {"(none)", "（无）"},
    [W_ERROR] = {"error", "出错"},
    [W_ABSENT] = {"no decision", "无决定"},
    [W_LIMITS] = {"Limits", "额度"},
    [W_RAISED] = {"%s raised by %s", "%s 位提高，共 %s"},
    [W_LOWERED] = {"%s lowered by %s", "%s 位降低，共 %s"},
    [W_TRUTH] = {"%s before, %s after: %s new, %s no more", "之前 %s，之后 %s：新增 %s，取消 %s"},
    [W_ERRORS] = {"Rule errors: %s new, %s gone", "规则出错：新增 %s，消失 %s"},
    [W_REJECTS] = {"Rejected: %s before, %s after", "拒收：之前 %s，之后 %s"},
    [W_MOVERS] = {"Who moves, and by which step", "谁会变动，因哪一步"},
    [W_FIRST_MOVERS] = {"The first %zu who move, and by which step", "前 %zu 位变动者，因哪一步"},
    [W_RECORD] = {"the record itself: ", "记录本身："},
    [W_NO_STEP] = {"no step that both have differs", "双方共有的步骤均无差别"},
};

typedef struct drawing {
  buffer *out;
  const comparison *c;
  const compare_style *s;
} drawing;

static const char *say_word(const drawing *d, word w) {
  return words[w][d->s->language && !strcmp(d->s->language, "zh")];
}

static void paint(const drawing *d, const char *how) {
  if (d->s->colour) buffer_format(d->out, "\x1b[%sm", how);
}

/* A count with separators, in one of a few buffers that are used in turn. */
static const char *number(int64_t n) {
  static _Thread_local char texts[4][48];
  static _Thread_local unsigned turn;
  buffer b = {0};
  write_count(&b, n);
  char *to = texts[turn++ % 4];
  snprintf(to, sizeof texts[0], "%.*s", (int)b.size, b.data);
  buffer_deinit(&b);
  return to;
}

static void put_amount(const drawing *d, int128 units) {
  write_amount(d->out, units, pow10_i64(d->c->limit_digits), d->c->limit_digits);
}

static void heading(const drawing *d, const char *text, const char *more) {
  buffer_char(d->out, '\n');
  paint(d, "1");
  buffer_text(d->out, text);
  paint(d, "0");
  if (more) {
    paint(d, "2");
    buffer_format(d->out, "  %s", more);
    paint(d, "0");
  }
  buffer_char(d->out, '\n');
}

/* ---- the matrix ---- */

static const char *class_text(const drawing *d, size_t i) {
  const comparison *c = d->c;
  static const word states[] = {W_NONE, W_ERROR, W_ABSENT};
  return i < c->word_count ? c->classes[i] : say_word(d, states[i - c->word_count]);
}

static bool is_used(const comparison *c, size_t i) {
  bool used = i < c->word_count;
  for (size_t k = 0; k < c->class_count && !used; k++)
    used = c->counts[i * c->class_count + k] || c->counts[k * c->class_count + i];
  return used;
}

static void put_matrix(const drawing *d) {
  const comparison *c = d->c;
  size_t width = 6, head = 0;
  for (size_t i = 0; i < c->class_count; i++) {
    const size_t w = text_width(class_text(d, i), strlen(class_text(d, i)));
    if (!is_used(c, i)) continue;
    if (w > head) head = w;
    if (w > width) width = w;
  }
  buffer_format(d->out, "  %*s", (int)head, "");
  for (size_t i = 0; i < c->class_count; i++) {
    if (!is_used(c, i)) continue;
    buffer_text(d->out, "  ");
    text_pad(d->out, class_text(d, i), width, true);
  }
  buffer_char(d->out, '\n');
  for (size_t i = 0; i < c->class_count; i++) {
    if (!is_used(c, i)) continue;
    buffer_text(d->out, "  ");
    text_pad(d->out, class_text(d, i), head, false);
    for (size_t k = 0; k < c->class_count; k++) {
      if (!is_used(c, k)) continue;
      const int64_t n = c->counts[i * c->class_count + k];
      buffer_text(d->out, "  ");
      paint(d, i == k ? "2" : n ? "1;33" : "0");
      text_pad(d->out, n ? number(n) : "·", width, true);
      paint(d, "0");
    }
    buffer_char(d->out, '\n');
  }
}

/* ---- limits and the rest ---- */

static void put_limits(const drawing *d) {
  const comparison *c = d->c;
  const int128 by = c->limit_after - c->limit_before;
  const struct {
    word what;
    int64_t n;
    int128 by;
  } moves[] = {{W_RAISED, c->raised, c->raised_by}, {W_LOWERED, c->lowered, c->lowered_by}};
  heading(d, say_word(d, W_LIMITS), c->limit_name);
  buffer_text(d->out, "  ");
  put_amount(d, c->limit_before);
  buffer_text(d->out, " → ");
  put_amount(d, c->limit_after);
  buffer_text(d->out, by < 0 ? " (" : " (+");
  put_amount(d, by);
  buffer_text(d->out, ")\n");
  for (size_t i = 0; i < 2; i++) {
    buffer amount = {0};
    if (!moves[i].n) continue;
    write_amount(&amount, moves[i].by, pow10_i64(c->limit_digits), c->limit_digits);
    buffer_char(&amount, 0);
    buffer_text(d->out, "  ");
    buffer_format(d->out, say_word(d, moves[i].what), number(moves[i].n), amount.data);
    buffer_char(d->out, '\n');
    buffer_deinit(&amount);
  }
}

static void put_truths(const drawing *d) {
  for (size_t i = 0; i < d->c->truth_count; i++) {
    const truth_change *t = &d->c->truths[i];
    heading(d, t->output, NULL);
    buffer_text(d->out, "  ");
    buffer_format(d->out, say_word(d, W_TRUTH), number(t->before), number(t->after),
                  number(t->gained), number(t->lost));
    buffer_char(d->out, '\n');
  }
}

static void put_failures(const drawing *d) {
  const comparison *c = d->c;
  buffer_char(d->out, '\n');
  paint(d, c->errors_new ? "31" : "0");
  buffer_format(d->out, say_word(d, W_ERRORS), number(c->errors_new), number(c->errors_gone));
  paint(d, "0");
  buffer_char(d->out, '\n');
  if (c->first_error.key) {
    buffer_text(d->out, "  ");
    text_printable(d->out, c->first_error.key, strlen(c->first_error.key), 40);
    buffer_format(d->out, ": %s\n", c->first_error.message);
  }
  buffer_format(d->out, say_word(d, W_REJECTS), number(c->before->counts.rejected),
                number(c->after->counts.rejected));
  buffer_char(d->out, '\n');
}

/* ---- movers ---- */

static void put_value(const drawing *d, const char *text) {
  if (text)
    text_printable(d->out, text, strlen(text), 60);
  else
    buffer_char(d->out, '-');
}

static void put_change(const drawing *d, const char *name, const char *before, const char *after) {
  buffer_format(d->out, "%s ", name);
  put_value(d, before);
  buffer_text(d->out, " → ");
  put_value(d, after);
}

/* An amount as people read it: 3,000,000.00 */
static void put_limit_change(const drawing *d, const mover *m) {
  const char *const texts[] = {m->limit_before, m->limit_after};
  buffer_format(d->out, "%s ", d->c->limit_name);
  for (size_t i = 0; i < 2; i++) {
    rational x;
    if (i) buffer_text(d->out, " → ");
    if (texts[i] && rational_parse(texts[i], strlen(texts[i]), &x) == PARSE_OK)
      write_amount(d->out, x.num, x.den, d->c->limit_digits);
    else
      put_value(d, texts[i]);
  }
}

static bool same_text(const char *a, const char *b) {
  return a && b ? !strcmp(a, b) : a == b;
}

static void put_step(const drawing *d, const mover *m) {
  const moved_step *s = &m->step;
  if (!s->name) {
    if (!m->inputs) buffer_format(d->out, "      %s\n", say_word(d, W_NO_STEP));
    return;
  }
  const char *slash = strrchr(s->file, '/');
  buffer_text(d->out, "      ");
  put_change(d, s->name, s->before, s->after);
  if (s->detail) buffer_format(d->out, "  %s", s->detail);
  paint(d, "2");
  buffer_format(d->out, "  %s:%d\n", slash ? slash + 1 : s->file, s->line);
  paint(d, "0");
}

static void put_mover(const drawing *d, const mover *m) {
  const comparison *c = d->c;
  buffer_text(d->out, "  ");
  paint(d, "1");
  text_printable(d->out, m->key, strlen(m->key), 40);
  paint(d, "0");
  if (*m->name) buffer_format(d->out, " %s", m->name);
  buffer_text(d->out, "  ");
  if (c->class_count && !same_text(m->class_before, m->class_after)) {
    put_change(d, c->class_name, m->class_before, m->class_after);
    buffer_text(d->out, "  ");
  }
  if (c->limit_name && !same_text(m->limit_before, m->limit_after)) put_limit_change(d, m);
  if (m->output) put_change(d, m->output, m->before, m->after);
  while (d->out->data[d->out->size - 1] == ' ') d->out->size--;
  buffer_char(d->out, '\n');
  if (m->inputs) buffer_format(d->out, "      %s%s\n", say_word(d, W_RECORD), m->inputs);
  put_step(d, m);
}

static void put_movers(const drawing *d) {
  char title[96];
  const comparison *c = d->c;
  const bool all = c->changed + c->only_before + c->only_after <= (int64_t)c->mover_count;
  if (!c->mover_count) return;
  snprintf(title, sizeof title, say_word(d, W_FIRST_MOVERS), c->mover_count);
  heading(d, all ? say_word(d, W_MOVERS) : title, NULL);
  for (size_t i = 0; i < c->mover_count; i++) put_mover(d, &c->movers[i]);
}

/* ---- the whole ---- */

static void put_head(const drawing *d) {
  const comparison *c = d->c;
  const int64_t otherwise = c->changed - c->only_before - c->only_after;
  char moment[32] = {0};
  moment_write(moment, c->before->as_of, c->before->zone);
  buffer_char(d->out, '\n');
  paint(d, "1");
  buffer_format(d->out, "%s  %s", say_word(d, W_TITLE), c->after->pack);
  paint(d, "0");
  buffer_text(d->out, ", ");
  buffer_format(d->out, say_word(d, W_AGAINST), (long long)c->before->id, c->before->pack_hash,
                moment);
  buffer_char(d->out, '\n');
  buffer_format(d->out, say_word(d, W_COUNTS), number(c->both), number(otherwise));
  buffer_char(d->out, '\n');
  if (c->only_before) {
    buffer_format(d->out, say_word(d, W_ONLY_BEFORE), number(c->only_before));
    buffer_char(d->out, '\n');
  }
  if (c->only_after) {
    buffer_format(d->out, say_word(d, W_ONLY_AFTER), number(c->only_after));
    buffer_char(d->out, '\n');
  }
}

void compare_text(buffer *out, const comparison *c, const compare_style *s) {
  const drawing d = {out, c, s};
  put_head(&d);
  if (!c->changed) buffer_format(out, "%s\n", say_word(&d, W_NOTHING));
  if (c->class_count) {
    char moved[96];
    snprintf(moved, sizeof moved, say_word(&d, W_CHANGED), number(c->class_changed));
    heading(&d, say_word(&d, W_CLASSES), c->class_name);
    buffer_format(out, "  %s; %s\n", say_word(&d, W_MATRIX), moved);
    put_matrix(&d);
  }
  if (c->limit_name) put_limits(&d);
  put_truths(&d);
  put_failures(&d);
  put_movers(&d);
}
