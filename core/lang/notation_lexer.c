/* Tokens of the notation, and its complaints. It must never guess: a character that only looks like
 * an operator (a fullwidth comma, a curly quote) is refused with the one to type instead. */
#include "notation_syntax.h"

#include <stdio.h>
#include <string.h>

#include "../base/text.h"

/* ---- complaints ---- */

enum { SHOWN_BEFORE = 60, SHOWN_AFTER = 40 }; /* bytes of a long text around the place */

static bool starts_character(const char *text, size_t i) {
  return ((unsigned char)text[i] & 0xC0) != 0x80;
}

static void add_plain(buffer *out, const char *text, size_t n) {
  for (size_t i = 0; i < n; i++) {
    unsigned char c = (unsigned char)text[i];
    buffer_char(out, c < 0x20 || c == 0x7F ? ' ' : (char)c);
  }
}

static void show_place(buffer *out, const char *text, size_t n, size_t offset, size_t length) {
  size_t from = offset > SHOWN_BEFORE ? offset - SHOWN_BEFORE : 0;
  size_t to = n - offset > length + SHOWN_AFTER ? offset + length + SHOWN_AFTER : n;
  while (from > 0 && !starts_character(text, from)) from--;
  while (to < n && !starts_character(text, to)) to++;
  buffer_text(out, from > 0 ? "\n      …" : "\n      ");
  add_plain(out, text + from, to - from);
  buffer_text(out, to < n ? "…\n      " : "\n      ");
  size_t before = text_width(text + from, offset - from) + (from > 0 ? 1 : 0);
  size_t under = text_width(text + offset, length);
  for (size_t i = 0; i < before; i++) buffer_char(out, ' ');
  buffer_char(out, '^');
  for (size_t i = 1; i < under; i++) buffer_char(out, '~');
}

static void complain(const notation_source *s, severity weight, int offset, int length,
                     const char *hint, const char *format, va_list args) {
  char what[1024];
  vsnprintf(what, sizeof what, format, args);
  buffer shown = {0};
  if (offset < 0) { /* of a tested value, which stands in another text: all of this one */
    offset = 0;
    length = (int)s->size;
  }
  size_t at = (size_t)offset < s->size ? (size_t)offset : s->size;
  size_t n = (size_t)length < s->size - at ? (size_t)length : s->size - at;
  if (s->size > 0) show_place(&shown, s->text, s->size, at, n);
  if (hint != NULL) buffer_format(&shown, "%s%s", s->size > 0 ? "  " : " ", hint);
  buffer_text(&shown, "");
  const notation_context *c = s->context;
  findings_add(c->findings, weight, c->file, c->line, "%s%s%s", what, s->size > 0 ? " in" : "",
               shown.data != NULL ? shown.data : "");
  buffer_deinit(&shown);
}

void notation_complain(const notation_source *s, severity weight, int offset, int length,
                       const char *hint, const char *format, ...) {
  va_list args;
  va_start(args, format);
  complain(s, weight, offset, length, hint, format, args);
  va_end(args);
}

void notation_warn(const notation_source *s, const char *id, int offset, int length,
                   const char *hint, const char *format, ...) {
  va_list args;
  va_start(args, format);
  complain(s, SEVERITY_WARNING, offset, length, hint, format, args);
  va_end(args);
  findings_detail(s->context->findings, id, NULL, NULL);
}

/* ---- characters ---- */

static bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

static bool is_ascii_letter(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
}

uint32_t notation_code_point(const char *text, size_t *length) {
  const unsigned char *u = (const unsigned char *)text;
  if (u[0] < 0x80) return *length = 1, u[0];
  if (u[0] < 0xE0) return *length = 2, (uint32_t)(u[0] & 0x1F) << 6 | (u[1] & 0x3F);
  if (u[0] < 0xF0) {
    *length = 3;
    return (uint32_t)(u[0] & 0x0F) << 12 | (uint32_t)(u[1] & 0x3F) << 6 | (u[2] & 0x3F);
  }
  *length = 4;
  return (uint32_t)(u[0] & 0x07) << 18 | (uint32_t)(u[1] & 0x3F) << 12 |
         (uint32_t)(u[2] & 0x3F) << 6 | (u[3] & 0x3F);
}

/* Blocks of punctuation, blanks, operators and signs: no part of a name. */
static bool is_sign(uint32_t c) {
  static const uint32_t signs[][2] = {
      {0x80, 0xBF},     {0xD7, 0xD7},     {0xF7, 0xF7},     {0x2000, 0x2BFF}, {0x3000, 0x3004},
      {0x3008, 0x3020}, {0x1680, 0x1680}, {0x180E, 0x180E}, {0xFE10, 0xFE6F}, {0xFEFF, 0xFEFF},
      {0xFF00, 0xFF20}, {0xFF3B, 0xFF40}, {0xFF5B, 0xFF65}, {0xFFE0, 0xFFFF}};
  for (size_t i = 0; i < sizeof signs / sizeof *signs; i++)
    if (c >= signs[i][0] && c <= signs[i][1]) return true;
  return false;
}

/* Length of the name's character at `text`, 0 if none. */
static size_t name_character(const char *text, bool first) {
  if (is_ascii_letter(*text) || (!first && is_digit(*text))) return 1;
  if ((unsigned char)*text < 0x80) return 0;
  size_t length;
  return is_sign(notation_code_point(text, &length)) ? 0 : length;
}

static size_t name_length(const char *text) {
  size_t n = 0, step;
  while ((step = name_character(text + n, n == 0)) > 0) n += step;
  return n;
}

/* ---- tokens ---- */

static const struct {
  const char *text;
  token_kind kind;
} keywords[] = {{"true", TOKEN_TRUE}, {"false", TOKEN_FALSE},     {"null", TOKEN_NULL},
                {"and", TOKEN_AND},   {"or", TOKEN_OR},           {"not", TOKEN_NOT},
                {"in", TOKEN_IN},     {"between", TOKEN_BETWEEN}, {"if", TOKEN_IF},
                {"then", TOKEN_THEN}, {"else", TOKEN_ELSE}};

static const struct {
  const char *text;
  token_kind kind;
} operators[] = {/* the longer ones first */
                 {"!=", TOKEN_NOT_EQUAL}, {"<=", TOKEN_LESS_EQUAL}, {">=", TOKEN_GREATER_EQUAL},
                 {"..", TOKEN_RANGE},     {"+", TOKEN_PLUS},        {"-", TOKEN_MINUS},
                 {"*", TOKEN_STAR},       {"/", TOKEN_SLASH},       {"=", TOKEN_EQUAL},
                 {"<", TOKEN_LESS},       {">", TOKEN_GREATER},     {"(", TOKEN_OPEN},
                 {")", TOKEN_CLOSE},      {"[", TOKEN_OPEN_SQUARE}, {"]", TOKEN_CLOSE_SQUARE},
                 {",", TOKEN_COMMA},      {"?", TOKEN_QUESTION}};

static bool begins(const char *text, const char *with) {
  return strncmp(text, with, strlen(with)) == 0;
}

static bool refuse_character(const notation_source *s, size_t at) {
  size_t length = 0;
  const char *hint = hint_character(s->context->arena, s->text + at, &length);
  if (hint == NULL) notation_code_point(s->text + at, &length);
  buffer shown = {0};
  text_printable(&shown, s->text + at, length, 10);
  buffer_text(&shown, "");
  notation_complain(s, SEVERITY_ERROR, (int)at, (int)length, hint, "unexpected `%s`", shown.data);
  buffer_deinit(&shown);
  return false;
}

static size_t digits_length(const char *text) {
  size_t n = 0;
  while (is_digit(text[n])) n++;
  return n;
}

static bool is_date_shape(const char *t) {
  static const char shape[] = "dddd-dd-dd";
  for (size_t i = 0; i < sizeof shape - 1; i++)
    if (shape[i] == 'd' ? !is_digit(t[i]) : t[i] != shape[i]) return false;
  return !is_digit(t[10]);
}

/* A date, or a timestamp: its date, T, and what belongs to a time of day and a zone. */
static size_t date_length(const char *t, token_kind *kind) {
  *kind = TOKEN_DATE;
  if (t[10] != 'T') return 10;
  *kind = TOKEN_TIMESTAMP;
  size_t n = 11;
  while (is_digit(t[n]) || t[n] == ':') n++;
  if (t[n] == 'Z') return n + 1;
  if (t[n] == '+' || t[n] == '-') n++;
  while (is_digit(t[n]) || t[n] == ':') n++;
  return n;
}

/* What looks like a date and is written otherwise would be read as a division, or a difference. */
static bool refuse_date(const notation_source *s, size_t at) {
  size_t length;
  const char *hint = hint_date(s->context->arena, s->text + at, &length);
  if (hint == NULL) return false;
  notation_complain(s, SEVERITY_ERROR, (int)at, (int)length, hint,
                    "a date is written year-month-day, with two digits for month and day");
  return true;
}

static bool refuse_zero(const notation_source *s, size_t at, size_t length) {
  bool thousands = at > 0 && s->text[at - 1] == ',' && length == 3;
  notation_complain(s, SEVERITY_ERROR, (int)at, (int)length,
                    thousands ? "thousands are written without commas: 1000"
                              : "write it without, or as a text: \"007\"",
                    "a number does not begin with 0");
  return false;
}

static bool read_number(notation_source *s, size_t at, token *out) {
  const char *t = s->text + at;
  out->kind = TOKEN_NUMBER;
  size_t n = digits_length(t);
  if (is_date_shape(t)) {
    n = date_length(t, &out->kind);
  } else {
    if (refuse_date(s, at)) return false;
    if (n > 1 && t[0] == '0') return refuse_zero(s, at, n);
    if (t[n] == '.' && is_digit(t[n + 1])) n += 1 + digits_length(t + n + 1);
    if (t[n] == '%') n++;
  }
  size_t letters = name_length(t + n);
  if (letters > 0) {
    notation_complain(s, SEVERITY_ERROR, (int)at, (int)(n + letters),
                      hint_number(s->context->arena, t, n, letters),
                      "`%.*s` is neither a number nor a name", (int)(n + letters), t);
    return false;
  }
  out->length = (int)n;
  return true;
}

static bool read_text(notation_source *s, size_t at, token *out) {
  const char *t = s->text + at;
  size_t n = 1;
  while (t[n] != '"') {
    if (t[n] == '\\' && t[n + 1] != '\0') {
      if (strchr("\"\\nt", t[n + 1]) == NULL) {
        notation_complain(s, SEVERITY_ERROR, (int)(at + n), 2, "write \\\" \\\\ \\n or \\t",
                          "unknown escape in a text");
        return false;
      }
      n++;
    }
    if (t[n] == '\0') {
      notation_complain(s, SEVERITY_ERROR, (int)at, 1, "a text ends with \"",
                        "this text does not end");
      return false;
    }
    n++;
  }
  out->kind = TOKEN_TEXT;
  out->length = (int)n + 1;
  return true;
}

static bool read_operator(notation_source *s, size_t at, token *out) {
  static const char *const never[] = {"==", "<>", "**", "=>", "=<", "//", "><"};
  for (size_t i = 0; i < sizeof never / sizeof *never; i++)
    if (begins(s->text + at, never[i])) return refuse_character(s, at);
  for (size_t i = 0; i < sizeof operators / sizeof *operators; i++) {
    if (!begins(s->text + at, operators[i].text)) continue;
    out->kind = operators[i].kind;
    out->length = (int)strlen(operators[i].text);
    return true;
  }
  return refuse_character(s, at);
}

static bool read_token(notation_source *s, size_t at, token *out) {
  out->offset = (int)at;
  const char *t = s->text + at;
  if (is_digit(*t) || (t[0] == '.' && is_digit(t[1]))) return read_number(s, at, out);
  if (*t == '"') return read_text(s, at, out);
  if (t[0] == '@' && t[1] == '"') {
    if (!read_text(s, at + 1, out)) return false;
    out->kind = TOKEN_AT;
    out->length++;
    return true;
  }
  size_t n = notation_function_length(t);
  if (n > 0) {
    out->kind = TOKEN_NAME;
    out->length = (int)n;
    return true;
  }
  n = name_length(t);
  if (n == 0) return read_operator(s, at, out);
  out->kind = TOKEN_NAME;
  out->length = (int)n;
  for (size_t i = 0; i < sizeof keywords / sizeof *keywords; i++)
    if (strlen(keywords[i].text) == n && memcmp(keywords[i].text, t, n) == 0)
      out->kind = keywords[i].kind;
  return true;
}

/* The length of the blank at `text`, 0 if it is none: those of Unicode too, as in FEEL. */
static size_t blank_length(const char *text) {
  static const uint32_t blanks[][2] = {
      {0x85, 0x85},     {0xA0, 0xA0},     {0x1680, 0x1680}, {0x180E, 0x180E}, {0x2000, 0x200B},
      {0x2028, 0x2029}, {0x202F, 0x202F}, {0x205F, 0x205F}, {0x3000, 0x3000}, {0xFEFF, 0xFEFF}};
  if (*text == ' ' || (*text >= '\t' && *text <= '\r')) return 1;
  if ((unsigned char)*text < 0x80) return 0;
  size_t length;
  uint32_t c = notation_code_point(text, &length);
  for (size_t i = 0; i < sizeof blanks / sizeof *blanks; i++)
    if (c >= blanks[i][0] && c <= blanks[i][1]) return length;
  return 0;
}

enum { TEXT_MOST = 1 << 20 };

bool notation_tokens(notation_source *s, const notation_context *c, const char *text) {
  *s = (notation_source){.context = c, .text = text, .size = strlen(text)};
  if (s->size > TEXT_MOST || !text_valid_utf8(text, s->size)) {
    bool longer = s->size > TEXT_MOST;
    s->size = 0; /* not to be shown */
    notation_complain(s, SEVERITY_ERROR, 0, 0, NULL,
                      longer ? "the text is longer than 1 MB" : "the text is not UTF-8");
    return false;
  }
  s->tokens = arena_array(c->arena, s->size + 1, sizeof *s->tokens);
  size_t count = 0, at = 0;
  for (;;) {
    for (size_t blank; at < s->size && (blank = blank_length(text + at)) > 0;) at += blank;
    if (at >= s->size) break;
    if (!read_token(s, at, &s->tokens[count])) return false;
    at += (size_t)s->tokens[count++].length;
  }
  s->tokens[count] = (token){.kind = TOKEN_END, .offset = (int)s->size};
  return true;
}

const char *notation_unquote(const notation_source *s, token t) {
  char *out = arena_alloc(s->context->arena, (size_t)t.length);
  size_t n = 0;
  for (int i = t.offset + 1; i < t.offset + t.length - 1; i++) {
    char c = s->text[i];
    if (c == '\\') {
      c = s->text[++i];
      c = (char)(c == 'n' ? '\n' : c == 't' ? '\t' : c);
    }
    out[n++] = c;
  }
  return out;
}
