/* Reading waivers where they stand (see waivers.h). What is no waiver is left alone: it is a remark. */
#include <string.h>

#include "../base/text.h"
#include "../lang/lua_token.h"
#include "../lang/sheet.h"
#include "finding_kinds.h"
#include "waivers.h"

static waiver *add(arena *a, waivers *out) {
  if ((out->count & (out->count - 1)) == 0) { /* 0 or a power of two: full */
    waiver *more = arena_array(a, out->count ? 2 * out->count : 1, sizeof *more);
    if (out->count) memcpy(more, out->items, out->count * sizeof *more);
    out->items = more;
  }
  return &out->items[out->count++];
}

/* ---- the words ---- */

typedef struct words {
  const char *at, *end;
} words;

static size_t skip_any(words *w, const char *const *texts, size_t count) {
  for (size_t i = 0; i < count; i++) {
    size_t n = strlen(texts[i]);
    if ((size_t)(w->end - w->at) < n || memcmp(w->at, texts[i], n) != 0) continue;
    w->at += n;
    return n;
  }
  return 0;
}

static const char *const blanks[] = {" ", "\t", "\r", "\n", "\xE3\x80\x80"};
static const char *const colons[] = {":", "："};
static const char *const commas[] = {",", "，", "、"};
static const char *const stops[] = {";", "；"};
#define SKIP(w, texts) skip_any((w), (texts), sizeof(texts) / sizeof *(texts))

static void skip_blanks(words *w) {
  while (SKIP(w, blanks)) continue;
}

/* Up to a blank, a comma or a colon; Chinese text ends a word of letters as well. */
static const char *read_word(arena *a, words *w) {
  const char *from = w->at;
  while (w->at < w->end && (unsigned char)*w->at < 0x80 && !strchr(" \t\r\n,:;", *w->at)) w->at++;
  return arena_string_n(a, from, (size_t)(w->at - from));
}

/* `check:`; false, and nothing read, if that does not stand here. */
static bool read_mark(words *w) {
  static const char *const mark[] = {"check", "Check"};
  const words begin = *w;
  skip_blanks(w);
  if (SKIP(w, mark)) {
    skip_blanks(w);
    if (SKIP(w, colons)) return true;
  }
  *w = begin;
  return false;
}

/* What is left, without blanks around; of a note up to the next waiver in it. */
static const char *read_reason(arena *a, words *w) {
  SKIP(w, colons);
  skip_blanks(w);
  const char *from = w->at, *to = w->end;
  while (w->at < w->end) {
    const char *stop = w->at;
    if (SKIP(w, stops)) {
      words next = *w;
      if (!read_mark(&next)) continue;
      w->at = to = stop;
      break;
    }
    w->at++;
  }
  while (to > from && strchr(" \t\r\n", to[-1])) to--;
  return arena_string_n(a, from, (size_t)(to - from));
}

static bool is_misspelt(arena *a, const char *word, words w) {
  static const char *const right[] = {"allow"};
  skip_blanks(&w);
  return text_suggest(word, right, 1) && finding_kind_find(read_word(a, &w));
}

/* Behind `check:`, if that is no remark that begins so. */
static void read_waiver(arena *a, words *w, waiver as, waivers *out) {
  skip_blanks(w);
  const size_t first = out->count;
  const char *word = read_word(a, w);
  if (strcmp(word, "allow") != 0) {
    if (!is_misspelt(a, word, *w)) return;
    as.word = word;
  }
  const char *id;
  do {
    skip_blanks(w);
    const words begin = *w;
    id = read_word(a, w);
    if (!strcmp(id, "because") || (!*id && out->count > first)) {
      *w = begin;
      break;
    }
    as.id = id;
    *add(a, out) = as;
    skip_blanks(w);
  } while (SKIP(w, commas));
  if (out->count == first) {
    as.id = "";
    *add(a, out) = as;
  }
  skip_blanks(w);
  const char *why = strcmp(read_word(a, w), "because") ? NULL : read_reason(a, w);
  for (size_t i = first; i < out->count; i++) out->items[i].because = why;
}

/* A reason that was announced and not given is none. */
static void drop_empty(waivers *list, size_t first) {
  for (size_t i = first; i < list->count; i++)
    if (list->items[i].because && !*list->items[i].because) list->items[i].because = NULL;
}

/* The waivers of one remark, parted by semicolons. */
static void read_remark(arena *a, words w, waiver as, waivers *out) {
  for (bool begins = true; w.at < w.end;) {
    if (begins && read_mark(&w)) read_waiver(a, &w, as, out);
    begins = SKIP(&w, stops) > 0;
    if (!begins && w.at < w.end) w.at++;
  }
}

void waivers_read_note(arena *a, const char *note, place at, waivers *out) {
  const size_t first = out->count;
  const waiver as = {.at = at, .from = at.line, .to = at.line};
  read_remark(a, (words){note, note + strlen(note)}, as, out);
  drop_empty(out, first);
}

/* ---- scripts ---- */

enum { LINE_CODE = 1, LINE_COMMENT = 2 };

typedef struct script_lines {
  arena *arena;
  const char *text, *end;
  int count;
  unsigned char *holds; /* by line */
} script_lines;

/* What one line has of a comment. */
typedef struct remark {
  const char *text;
  size_t size, column;
  int line;
} remark;

typedef struct remarks {
  size_t count;
  remark *items;
} remarks;

static void mark_lines(script_lines *s, int from, int to, int what) {
  for (int line = from; line <= to && line <= s->count; line++)
    s->holds[line] |= (unsigned char)what;
}

static size_t column_of(const script_lines *s, const char *at) {
  const char *p = at;
  while (p > s->text && p[-1] != '\n' && p[-1] != '\r') p--;
  return (size_t)(at - p);
}

static void add_remark(const script_lines *s, remarks *out, const char *text, size_t n, int line) {
  while (n && strchr(" \t-", *text)) text++, n--;
  while (n && strchr(" \t", text[n - 1])) n--;
  if ((out->count & (out->count - 1)) == 0) {
    remark *more = arena_array(s->arena, out->count ? 2 * out->count : 1, sizeof *more);
    if (out->count) memcpy(more, out->items, out->count * sizeof *more);
    out->items = more;
  }
  out->items[out->count++] = (remark){text, n, column_of(s, text), line};
}

/* A comment's text, line by line, without its dashes and brackets. */
static void take_comment(script_lines *s, const token *comment, int last_line, remarks *out) {
  const char *from = comment->start + 2, *end = comment->start + comment->size;
  mark_lines(s, comment->line, last_line, LINE_COMMENT);
  if (end > from && end[-1] == ']' && *from == '[') { /* a long one */
    for (from++; from < end && *from == '='; from++) end--;
    from += from < end;
    end -= end - from >= 2 ? 2 : 0;
  }
  for (int line = comment->line; from <= end; line++) {
    const char *stop = from;
    while (stop < end && *stop != '\n' && *stop != '\r') stop++;
    add_remark(s, out, from, (size_t)(stop - from), line);
    if (stop + 1 < end && stop[0] == '\r' && stop[1] == '\n') stop++;
    from = stop + 1;
  }
}

/* Finds out which lines hold what. */
static void read_lines(script_lines *s, remarks *out) {
  token_reader r;
  token_open(&r, s->text, (size_t)(s->end - s->text));
  for (;;) {
    token t;
    while (token_comment(&r, &t)) take_comment(s, &t, r.line, out);
    const int begins = r.line;
    t = token_next(&r);
    if (t.kind == TOKEN_END || t.kind == TOKEN_BROKEN) return;
    mark_lines(s, begins, t.line, LINE_CODE);
  }
}

/* The line that a comment on a line of its own is for: the next one with code, if only comments stand
 * between. */
static int line_below(const script_lines *s, int line) {
  int at = line;
  while (at <= s->count && s->holds[at] == LINE_COMMENT) at++;
  return at <= s->count && (s->holds[at] & LINE_CODE) ? at : line;
}

static void continue_reason(arena *a, waivers *list, size_t first, const remark *more) {
  for (size_t i = first; i < list->count; i++) {
    waiver *w = &list->items[i];
    if (w->because)
      w->because = arena_format(a, "%s%s%.*s", w->because, *w->because ? " " : "", (int)more->size,
                                more->text);
  }
}

void waivers_read_script(arena *a, const char *file, const char *text, size_t n, waivers *out) {
  script_lines s = {a, text, text + n, 1, NULL};
  remarks found = {0};
  const remark *last = NULL; /* the one before, if it belongs to a waiver on lines of its own */
  size_t column = 0, first = out->count, begun = out->count;
  for (size_t i = 0; i < n; i++) s.count += text[i] == '\n' || text[i] == '\r';
  s.holds = arena_array(a, (size_t)s.count + 1, 1);
  read_lines(&s, &found);
  for (size_t i = 0; i < found.count; i++) {
    const remark *r = &found.items[i];
    const bool alone = !(s.holds[r->line] & LINE_CODE);
    const waiver as = {
        .at = {file, r->line}, .from = r->line, .to = alone ? line_below(&s, r->line) : r->line};
    const size_t before = out->count;
    read_remark(a, (words){r->text, r->text + r->size}, as, out);
    if (out->count > before) {
      first = before;
      column = r->column;
      last = alone ? r : NULL;
    } else if (last && alone && r->line == last->line + 1 && r->size && r->column > column) {
      continue_reason(a, out, first, r);
      last = r;
    } else {
      last = NULL;
    }
  }
  drop_empty(out, begun);
}

/* ---- spreadsheets ---- */

void waivers_read_sheet(arena *a, const char *file, const char *text, size_t n, waivers *out) {
  findings told = {0}; /* reading it as what it is has said so before */
  sheet s;
  if (sheet_read(a, file, text, n, &s, &told) && s.count) {
    const sheet_row *head = &s.rows[0];
    for (size_t i = 0; i < s.count; i++)
      for (size_t c = 0; c < head->count && c < s.rows[i].count; c++) {
        const char *cell = s.rows[i].cells[c];
        const bool remarks_only = head->cells[c][0] == '#';
        if (!remarks_only && strcmp(head->cells[c], "note") != 0) continue;
        waivers_read_note(a, cell + (i == 0 && remarks_only), (place){file, s.rows[i].line}, out);
      }
  }
  findings_deinit(&told);
}
