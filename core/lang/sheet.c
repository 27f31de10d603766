/* Reads a spreadsheet's CSV. It must never guess at broken quotes: they are a finding. */
#include "sheet.h"

#include <iconv.h>
#include <stdint.h>
#include <string.h>
#include "../base/text.h"

typedef struct reader {
  arena *arena;
  const char *file;
  const char *at, *end;
  int line;
  char delimiter;
  findings *found;
} reader;

/* The text as UTF-8, or NULL after a finding. */
static const char *decode(arena *a, const char *file, const char *data, size_t n, size_t *size,
                          findings *found) {
  if (n >= 3 && memcmp(data, "\xEF\xBB\xBF", 3) == 0) data += 3, n -= 3;
  if (n >= 2 && (memcmp(data, "\xFF\xFE", 2) == 0 || memcmp(data, "\xFE\xFF", 2) == 0)) {
    findings_add(found, SEVERITY_ERROR, file, 1,
                 "this is UTF-16 (\"Unicode text\"); save it as \"CSV "
                 "UTF-8\"");
    return NULL;
  }
  *size = n;
  if (text_valid_utf8(data, n)) return data;
  iconv_t c = iconv_open("UTF-8", "GB18030");
  char *out = arena_alloc(a, 4 * n + 4), *to = out, *from = (char *)data;
  size_t left = n, room = 4 * n + 4;
  bool ok = (intptr_t)c != -1 && iconv(c, &from, &left, &to, &room) != (size_t)-1 && left == 0;
  if ((intptr_t)c != -1) iconv_close(c);
  *size = (size_t)(to - out);
  if (ok) return out;
  int line = 1;
  for (const char *p = data; p < from; p++) line += *p == '\n';
  findings_add(found, SEVERITY_ERROR, file, line,
               "this is neither UTF-8 nor GB18030; save it as \"CSV "
               "UTF-8\"");
  return NULL;
}

static bool at_newline(const reader *r) {
  return *r->at == '\n' || *r->at == '\r';
}

static void skip_newline(reader *r) {
  if (r->at < r->end && *r->at == '\r') r->at++;
  if (r->at < r->end && *r->at == '\n') r->at++;
  r->line++;
}

/* Blanks, as spreadsheets and input methods have them too: U+00A0, U+3000. */
static const char *const blanks[] = {" ", "\t", "\xC2\xA0", "\xE3\x80\x80"};

static size_t blank_at(const char *text, size_t n, bool end) {
  for (size_t i = 0; i < sizeof blanks / sizeof *blanks; i++) {
    size_t k = strlen(blanks[i]);
    if (k <= n && memcmp(end ? text + n - k : text, blanks[i], k) == 0) return k;
  }
  return 0;
}

static const char *trimmed(reader *r, const char *from, size_t n) {
  for (size_t k; (k = blank_at(from, n, false)) > 0; from += k) n -= k;
  for (size_t k; (k = blank_at(from, n, true)) > 0;) n -= k;
  return arena_string_n(r->arena, from, n);
}

/* NULL after a finding. */
static const char *quoted_cell(reader *r) {
  int begun = r->line;
  buffer b = {0};
  const char *out = NULL;
  for (r->at++; r->at < r->end; r->at++) {
    if (*r->at == '\n') r->line++;
    if (*r->at == '"') {
      if (r->at + 1 >= r->end || r->at[1] != '"') {
        r->at++;
        out = trimmed(r, b.data ? b.data : "", b.size);
        break;
      }
      r->at++;
    }
    buffer_char(&b, *r->at);
  }
  buffer_deinit(&b);
  if (!out)
    findings_add(r->found, SEVERITY_ERROR, r->file, begun,
                 "a quoted cell begins here and never ends: a "
                 "\" is missing");
  else if (r->at < r->end && *r->at != r->delimiter && !at_newline(r)) {
    findings_add(r->found, SEVERITY_ERROR, r->file, r->line,
                 "text follows the closing quote of a cell; "
                 "a \" inside a quoted cell is written twice");
    return NULL;
  }
  return out;
}

static const char *plain_cell(reader *r) {
  const char *from = r->at;
  while (r->at < r->end && *r->at != r->delimiter && !at_newline(r)) r->at++;
  return trimmed(r, from, (size_t)(r->at - from));
}

/* One line of cells; false after a finding. */
static bool read_row(reader *r, sheet_row *row) {
  row->line = r->line;
  for (;;) {
    bool quoted = r->at < r->end && *r->at == '"';
    const char *cell = quoted ? quoted_cell(r) : plain_cell(r);
    if (!cell) return false;
    if ((row->count & (row->count - 1)) == 0) {
      const char **more = arena_array(r->arena, row->count ? 2 * row->count : 1, sizeof *more);
      if (row->count) memcpy(more, row->cells, row->count * sizeof *more);
      row->cells = more;
    }
    row->cells[row->count++] = cell;
    if (r->at >= r->end || at_newline(r)) break;
    r->at++;
  }
  skip_newline(r);
  return true;
}

static bool row_empty(const sheet_row *row) {
  for (size_t i = 0; i < row->count; i++)
    if (*row->cells[i]) return false;
  return true;
}

/* The one that follows the first cell of the first line that has any. */
static char find_delimiter(const char *p, const char *end) {
  bool quoted = false;
  for (; p < end; p++) {
    if (*p == '"') quoted = !quoted;
    if (!quoted && (*p == ',' || *p == ';' || *p == '\t')) return *p;
  }
  return ',';
}

/* "sep=;" in the first line: a spreadsheet's own way to say the delimiter. */
static void read_separator(reader *r) {
  static const char word[] = "sep=";
  if (r->end - r->at < 5 || memcmp(r->at, word, 4) != 0 || !strchr(",;\t", r->at[4])) return;
  if (r->end - r->at > 5 && r->at[5] != '\r' && r->at[5] != '\n') return;
  r->delimiter = r->at[4];
  r->at += 5;
  skip_newline(r);
}

bool sheet_read(arena *a, const char *file, const char *data, size_t n, sheet *out,
                findings *found) {
  size_t size;
  const char *text = decode(a, file, data, n, &size, found);
  if (!text) return false;
  reader r = {a, file, text, text + size, 1, find_delimiter(text, text + size), found};
  *out = (sheet){0};
  read_separator(&r);
  while (r.at < r.end) {
    sheet_row row = {0};
    if (!read_row(&r, &row)) return false;
    if (row_empty(&row)) continue;
    if ((out->count & (out->count - 1)) == 0) {
      sheet_row *more = arena_array(a, out->count ? 2 * out->count : 1, sizeof *more);
      if (out->count) memcpy(more, out->rows, out->count * sizeof *more);
      out->rows = more;
    }
    out->rows[out->count++] = row;
  }
  return true;
}
