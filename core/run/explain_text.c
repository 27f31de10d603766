/* An explanation as text: a tree drawn with lines, neighbours of a kind set as a table, everything
 * within the width. A text of a record or a rule that a terminal would obey is made printable where
 * the tree is built. */
#include <stdlib.h>
#include <string.h>

#include "../base/text.h"
#include "explain_parts.h"

#define MOST_CELLS 5
#define NARROWEST 16 /* columns that a cell that is folded keeps */

/* One line of a table. One cell of it may be folded. */
typedef struct cells {
  size_t count, folds;
  const char *text[MOST_CELLS];
  bool right[MOST_CELLS];
} cells;

typedef struct drawing {
  buffer *out;
  const explain_style *style;
  buffer before; /* what stands left of the node at hand */
  arena arena;
} drawing;

static void paint(drawing *d, const char *how) {
  if (d->style->colour) buffer_format(d->out, "\x1b[%sm", how);
}

static size_t width_of(const char *text) {
  return text ? text_width(text, strlen(text)) : 0;
}

static size_t blanks(drawing *d, size_t n) {
  buffer_format(d->out, "%*s", (int)n, "");
  return n;
}

/* ---- what a line says ---- */

static const char *join(drawing *d, const char *a, const char *between, const char *b) {
  if (!a || !*a) return b ? b : "";
  return b && *b ? arena_format(&d->arena, "%s%s%s", a, between, b) : a;
}

static const char *because(drawing *d, const explained *n) {
  return join(d, n->rule, ": ", n->filled);
}

static explain_word not_taken(const explained *n) {
  if (n->shifts) return WORD_CHANGES_NOTHING;
  return n->kind == EXPLAINED_OPERATION && !n->conditional ? WORD_NOT_BINDING : WORD_NOT_APPLIED;
}

/* What follows from a line that applied: a class, a code. */
static const char *outcome_of(drawing *d, const explained *n) {
  const char *what = n->shown || n->code ? n->shown : n->text;
  return join(d, what, "  ", n->code);
}

static cells one(const char *text) {
  return (cells){.count = 1, .text = {text}};
}

static cells cells_of(drawing *d, const explained *n) {
  const char *why = because(d, n);
  switch (n->kind) {
  case EXPLAINED_CHARACTERISTIC:
    return (cells){5,
                   2,
                   {n->name, n->shown, n->rule, join(d, n->points, " × ", n->weight), n->counts},
                   {[3] = true, [4] = true}};
  case EXPLAINED_SUM:
    return (cells){5,
                   2,
                   {n->name, "", "",
                    n->points   ? n->points
                    : n->weight ? join(d, "÷", " ", n->weight)
                                : "",
                    n->counts ? n->counts : ""},
                   {[3] = true, [4] = true}};
  case EXPLAINED_CLAUSE:
  case EXPLAINED_OPERATION:
    why = n->taken ? join(d, why, "  ", n->code)
                   : join(d, why, "  – ", explain_say(d->style->language, not_taken(n)));
    return (cells){3, 1, {n->name, why, n->shown ? n->shown : ""}, {[2] = true}};
  case EXPLAINED_TERM:
    return (cells){
        2,
        0,
        {n->taken ? arena_format(&d->arena, "%s  ← %s", why, n->code ? n->code : "") : why,
         n->shown ? n->shown : ""},
        {[1] = true}};
  case EXPLAINED_LINE:
    why = join(d, n->name, ": ", why);
    return one(n->taken ? join(d, why, "  → ", outcome_of(d, n))
                        : join(d, why, "  – ", explain_say(d->style->language, WORD_NOT_APPLIED)));
  case EXPLAINED_CODE:
    return (cells){2, 1, {join(d, n->name, ": ", n->shown), n->text ? n->text : ""}, {false}};
  case EXPLAINED_READ:
    return (cells){2, 1, {n->name, n->shown ? n->shown : ""}, {false}};
  case EXPLAINED_FAULT:
    return one(join(d, n->code, ": ", n->text));
  case EXPLAINED_NOTE:
    return one(n->text);
  case EXPLAINED_NEED:
  case EXPLAINED_HINT:
    return one(n->rule);
  default:
    return one(join(d, join(d, n->name, n->rule ? ": " : "", why), "  ", n->code));
  }
}

/* ---- folding ---- */

/* How many bytes of the text stand on the next line of `width` columns. */
static size_t fold(const char *text, size_t width) {
  size_t n = strlen(text), fits = 0, space = 0;
  if (text_width(text, n) <= width) return n;
  for (size_t i = 0; i < n;) {
    size_t next = i + 1;
    while (next < n && ((unsigned char)text[next] & 0xC0) == 0x80) next++;
    if (text_width(text, next) > width) break;
    if (text[i] == ' ') space = i;
    fits = i = next;
  }
  if (space) return space;
  return fits ? fits : n;
}

static const char *skip_blanks(const char *text) {
  return text + strspn(text, " ");
}

/* ---- lines ---- */

/* The place at the right edge, if there is room. */
static void end_line(drawing *d, size_t used, const place *at) {
  const char *slash = at && at->file ? strrchr(at->file, '/') : NULL;
  if (at && at->file && at->line > 0) {
    const char *text = arena_format(&d->arena, "%s:%d", slash ? slash + 1 : at->file, at->line);
    const size_t n = width_of(text);
    if (used + n + 2 <= d->style->width) {
      blanks(d, d->style->width - used - n);
      paint(d, "2");
      buffer_text(d->out, text);
      paint(d, "0");
    }
  }
  while (d->out->size && d->out->data[d->out->size - 1] == ' ') d->out->size--;
  buffer_char(d->out, '\n');
}

static size_t put_cell(drawing *d, const char *text, size_t n, size_t width, bool right,
                       bool last) {
  const size_t own = text_width(text, n), fill = width > own ? width - own : 0;
  size_t used = own;
  if (right) used += blanks(d, fill);
  buffer_add(d->out, text, n);
  if (!right && !last) used += blanks(d, fill);
  return used;
}

/* One node's line, and more where a cell is folded. */
static void put_line(drawing *d, const char *branch, const char *below, const cells *c,
                     const size_t *widths, const char *colour, const place *at) {
  const char *rest = c->text[c->folds];
  bool first = true;
  do {
    const size_t n = fold(rest, widths[c->folds]);
    size_t used = width_of(d->before.data) + width_of(first ? branch : below);
    paint(d, "2");
    if (d->before.size) buffer_add(d->out, d->before.data, d->before.size);
    buffer_text(d->out, first ? branch : below);
    paint(d, "0");
    if (colour) paint(d, colour);
    for (size_t i = 0; i < c->count; i++) {
      const char *text = i == c->folds ? rest : first ? c->text[i] : "";
      if (i) used += blanks(d, 2);
      used += put_cell(d, text, i == c->folds ? n : strlen(text), widths[i], c->right[i],
                       i + 1 == c->count);
    }
    if (colour) paint(d, "0");
    end_line(d, used, first ? at : NULL);
    rest = skip_blanks(rest + n);
    first = false;
  } while (*rest);
}

/* ---- the tree ---- */

static bool same_table(const explained *a, const explained *b) {
  const bool card = a->kind == EXPLAINED_CHARACTERISTIC || a->kind == EXPLAINED_SUM;
  return a->kind == b->kind ||
         (card && (b->kind == EXPLAINED_CHARACTERISTIC || b->kind == EXPLAINED_SUM));
}

/* The widths of the columns of the table that the node begins. */
static void measure(drawing *d, const explained *from, size_t *widths) {
  size_t total = width_of(d->before.data) + 3, folds = 0, count = 0;
  memset(widths, 0, MOST_CELLS * sizeof *widths);
  for (const explained *n = from; n && same_table(from, n); n = n->next) {
    const cells c = cells_of(d, n);
    for (size_t i = 0; i < c.count; i++)
      if (width_of(c.text[i]) > widths[i]) widths[i] = width_of(c.text[i]);
    folds = c.folds;
    count = c.count;
  }
  for (size_t i = 0; i < count; i++) total += widths[i] + (i ? 2 : 0);
  if (total <= d->style->width) return;
  const size_t over = total - d->style->width;
  widths[folds] = widths[folds] > over + NARROWEST ? widths[folds] - over : NARROWEST;
}

static bool shows_place(const explained *n) {
  return n->kind == EXPLAINED_ROW || n->kind == EXPLAINED_BAND || n->kind == EXPLAINED_LINE ||
         n->kind == EXPLAINED_CODE || n->kind == EXPLAINED_RULE || n->kind == EXPLAINED_FAULT ||
         n->kind == EXPLAINED_OUTPUT || n->kind == EXPLAINED_WAY || n->kind == EXPLAINED_HINT;
}

static void put_children(drawing *d, const explained *parent);

static void put_output(drawing *d, const explained *n, const char *branch, const char *below) {
  const char *what = n->shown && *n->shown ? n->shown : "–";
  const size_t left = width_of(d->before.data) + width_of(branch);
  const size_t used = left + width_of(n->name) + 1 + width_of(what);
  if (used > d->style->width) { /* a long text */
    const cells c = one(join(d, n->name, " ", what));
    const size_t widths[MOST_CELLS] = {d->style->width - width_of(d->before.data) -
                                       width_of(below)};
    put_line(d, branch, below, &c, widths, "1", NULL);
    return;
  }
  paint(d, "2");
  if (d->before.size) buffer_add(d->out, d->before.data, d->before.size);
  buffer_text(d->out, branch);
  paint(d, "0");
  paint(d, "1");
  buffer_format(d->out, "%s ", n->name);
  paint(d, "0");
  paint(d, n->shown && *n->shown ? "1;36" : "2");
  buffer_text(d->out, what);
  paint(d, "0");
  end_line(d, used, &n->at);
}

static void put_node(drawing *d, const explained *n, const size_t *widths) {
  const bool last = !n->next;
  const char *branch = last ? "└─ " : "├─ ", *below = last ? "   " : "│  ";
  if (n->kind == EXPLAINED_OUTPUT) {
    put_output(d, n, branch, below);
  } else {
    const cells c = cells_of(d, n);
    const char *colour = !n->taken ? "2" : n->kind == EXPLAINED_FAULT ? "31" : NULL;
    put_line(d, branch, below, &c, widths, colour, shows_place(n) ? &n->at : NULL);
  }
  const size_t kept = d->before.size;
  buffer_text(&d->before, below);
  put_children(d, n);
  d->before.size = kept;
  if (d->before.data) d->before.data[kept] = 0;
}

/* Of a code the way that it came about stands below it, as a line of its own. */
static void put_reason(drawing *d, const explained *n) {
  const char *why = because(d, n);
  if (!*why || n->kind != EXPLAINED_CODE) return;
  const explained line = {.kind = EXPLAINED_TEST, .rule = why, .taken = true, .next = n->first};
  size_t widths[MOST_CELLS];
  measure(d, &line, widths);
  const cells c = cells_of(d, &line);
  put_line(d, n->first ? "├─ " : "└─ ", n->first ? "│  " : "   ", &c, widths, NULL, NULL);
}

static void put_children(drawing *d, const explained *parent) {
  size_t widths[MOST_CELLS];
  const explained *table = NULL;
  put_reason(d, parent);
  for (const explained *n = parent->first; n; n = n->next) {
    if (!table || !same_table(table, n)) measure(d, table = n, widths);
    put_node(d, n, widths);
  }
}

static void put_head(drawing *d, const explain_head *h) {
  const char *l = d->style->language;
  const char *who = join(d, h->key, " ", h->person);
  paint(d, "1");
  buffer_text(d->out, who);
  paint(d, "0");
  buffer_format(d->out, "  %s, %s %s", h->pack, explain_say(l, WORD_AS_OF), h->as_of);
  if (h->run)
    buffer_format(d->out, ", %s %lld\n", explain_say(l, WORD_RUN), (long long)h->run);
  else
    buffer_format(d->out, ", %s\n", explain_say(l, WORD_BY_HAND));
  if (!h->verdict) return;
  paint(d, h->differs ? "31" : "2");
  buffer_format(d->out, "%s\n", h->verdict);
  paint(d, "0");
}

void explain_text(buffer *out, const explained *root, const explain_head *h,
                  const explain_style *s) {
  drawing d = {.out = out, .style = s};
  buffer_reserve(&d.before, 64);
  d.before.data[0] = 0;
  if (h) put_head(&d, h);
  for (const explained *n = root->first; n; n = n->next) {
    buffer_char(out, '\n');
    if (n->kind == EXPLAINED_OUTPUT)
      put_output(&d, n, "", "  ");
    else {
      size_t widths[MOST_CELLS];
      measure(&d, n, widths);
      const cells c = cells_of(&d, n);
      put_line(&d, "", "", &c, widths, n->kind == EXPLAINED_FAULT ? "31" : NULL, &n->at);
    }
    put_children(&d, n);
  }
  buffer_deinit(&d.before);
  arena_deinit(&d.arena);
}
