/* The habits of spreadsheets, one by one. */
#include "cell_habits.h"

#include <ctype.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include "../base/date.h"

/* ---- signs ---- */

static const struct {
  const char *sign, *plain;
} signs[] = {{"≤", "<="}, {"≥", ">="},       {"≠", "!="}, {"、", ", "}, {"【", "["},
             {"】", "]"}, {"…", ".."},       {"–", "-"},  {"—", "-"},   {"−", "-"},
             {"　", " "}, {"\xC2\xA0", " "}, {"“", "\""}, {"”", "\""}};

/* Full-width signs and digits (U+FF01 .. U+FF5E without the letters) are ASCII moved up; 0: none. */
static char full_width(const unsigned char *p) {
  if (p[0] != 0xEF || (p[1] != 0xBC && p[1] != 0xBD) || (p[2] & 0xC0) != 0x80) return 0;
  unsigned code = ((unsigned)(p[1] & 0x3F) << 6) | (p[2] & 0x3F); /* of U+Fxxx the low bits */
  if (code < 0xF01 || code > 0xF5E) return 0;
  char c = (char)(code - 0xF01 + '!');
  return isalpha((unsigned char)c) ? 0 : c;
}

/* Appends what the sign at `p` stands for; returns its length, 0: an ordinary character. */
static size_t put_sign(buffer *out, const char *p) {
  char c = full_width((const unsigned char *)p);
  if (c) {
    buffer_char(out, c);
    return 3;
  }
  for (size_t i = 0; i < sizeof signs / sizeof *signs; i++) {
    size_t n = strlen(signs[i].sign);
    if (strncmp(p, signs[i].sign, n) != 0) continue;
    buffer_text(out, signs[i].plain);
    return n;
  }
  return 0;
}

/* A text in quotes of either form, as it is; both quotes become plain. */
static const char *put_quoted(buffer *out, const char *p, bool curly) {
  for (; *p; p++) {
    if (*p == '\\' && p[1]) buffer_char(out, *p++);
    bool end = curly ? strncmp(p, "”", 3) == 0 : *p == '"';
    if (end) {
      buffer_char(out, '"');
      return p + (curly ? 3 : 1);
    }
    buffer_char(out, *p);
  }
  return p;
}

const char *cell_plain(arena *a, const char *cell) {
  if (strcmp(cell, "TRUE") == 0 || strcmp(cell, "True") == 0) return "true";
  if (strcmp(cell, "FALSE") == 0 || strcmp(cell, "False") == 0) return "false";
  bool ascii = true;
  for (const char *p = cell; *p && ascii; p++) ascii = !((unsigned char)*p & 0x80);
  if (ascii) return cell;
  buffer out = {0};
  for (const char *p = cell; *p;) {
    bool curly = strncmp(p, "“", 3) == 0;
    if (curly || *p == '"') {
      buffer_char(&out, '"');
      p = put_quoted(&out, p + (curly ? 3 : 1), curly);
      continue;
    }
    size_t n = put_sign(&out, p);
    if (!n) buffer_char(&out, *p);
    p += n ? n : 1;
  }
  buffer_char(&out, 0);
  char *plain = arena_string(a, out.data);
  buffer_deinit(&out);
  return plain;
}

/* ---- what is told ---- */

/* Up to three runs of digits with a sign between: 2025/10/1, 1-3, 1,000. */
typedef struct digits {
  int count;
  int value[3], width[3];
  char sign[2];
  size_t size;
} digits;

static digits digits_at(const char *p) {
  digits d = {0};
  const char *from = p;
  while (d.count < 3 && isdigit((unsigned char)*p)) {
    int n = 0;
    for (; isdigit((unsigned char)*p); p++, n++)
      if (n < 6) d.value[d.count] = d.value[d.count] * 10 + (*p - '0');
    d.width[d.count++] = n;
    d.size = (size_t)(p - from);
    if (d.count == 3 || !*p || !strchr("/-.,~", *p) || !isdigit((unsigned char)p[1])) break;
    d.sign[d.count - 1] = *p++;
  }
  return d;
}

static bool is_day(int year, int month, int day) {
  return year >= 1000 && year <= 9999 && date_valid(year, month, day);
}

static const char *told_date(arena *a, const char *p, const digits *d) {
  bool same = d->count == 3 && d->sign[0] == d->sign[1] && strchr("/-.", d->sign[0]);
  if (!same) return NULL;
  const int *v = d->value;
  if (d->width[0] == 4 && is_day(v[0], v[1], v[2])) {
    if (d->sign[0] == '-' && d->width[1] == 2 && d->width[2] == 2)
      return NULL; /* as it should be */
    return arena_format(a,
                        "holds a date as a spreadsheet writes it, %.*s; a date is %04d-%02d-%02d"
                        " (format the column as text before you type it)",
                        (int)d->size, p, v[0], v[1], v[2]);
  }
  if (d->width[2] == 4 && d->sign[0] == '/' &&
      (is_day(v[2], v[0], v[1]) || is_day(v[2], v[1], v[0])))
    return arena_format(a,
                        "holds a date as a spreadsheet writes it, %.*s; a date is written year "
                        "first, as %04d-12-31 (format the column as text before you type it)",
                        (int)d->size, p, v[2]);
  return NULL;
}

/* 1,000 or 12,345,678: one number to its writer, a list to the notation. */
static const char *told_thousands(arena *a, const char *p) {
  size_t n = strspn(p, "0123456789"), end = n;
  if (n < 1 || n > 3) return NULL;
  while (p[end] == ',' && strspn(p + end + 1, "0123456789") == 3) end += 4;
  if (end == n || isdigit((unsigned char)p[end])) return NULL;
  char whole[64];
  size_t to = 0;
  for (size_t i = 0; i < end && to + 1 < sizeof whole; i++)
    if (p[i] != ',') whole[to++] = p[i];
  whole[to] = '\0';
  return arena_format(a,
                      "holds %.*s: if it is one number write %s, without separators; if it is a "
                      "list write a blank after each comma",
                      (int)end, p, whole);
}

static const char *told_number(arena *a, const char *cell, const char *p) {
  const digits d = digits_at(p);
  bool whole = p == cell && !p[d.size];
  const char *told = told_date(a, p, &d);
  if (!told) told = told_thousands(a, p);
  if (told) return told;
  if (whole && d.count == 2 && strchr("-~", d.sign[0]))
    return arena_format(a,
                        "would be %d minus %d; a range is [%d..%d], and a difference stands in "
                        "parentheses",
                        d.value[0], d.value[1], d.value[0], d.value[1]);
  size_t n = strspn(p, "0123456789.");
  if ((p[n] == 'E' || p[n] == 'e') && (p[n + 1] == '+' || p[n + 1] == '-') &&
      isdigit((unsigned char)p[n + 2]))
    return "holds a number that the spreadsheet has shortened to a power of ten; format the column "
           "as text and write all its digits";
  return NULL;
}

/* 3-Jan, Jan-03, 1月3日, 2025年10月1日: the whole cell. */
static bool is_month_name(const char *p) {
  static const char months[] = "jan feb mar apr may jun jul aug sep oct nov dec";
  char name[4] = {0};
  for (int i = 0; i < 3; i++) {
    if (!isalpha((unsigned char)p[i])) return false;
    name[i] = (char)tolower((unsigned char)p[i]);
  }
  const char *at = strstr(months, name);
  return at && (at - months) % 4 == 0 && !isalpha((unsigned char)p[3]);
}

static bool is_month_day(const char *cell) {
  size_t n = strspn(cell, "0123456789");
  if (n > 0 && n <= 2 && cell[n] == '-' && is_month_name(cell + n + 1)) return true;
  if (is_month_name(cell) && cell[3] == '-' && isdigit((unsigned char)cell[4])) return true;
  return n > 0 && (strncmp(cell + n, "月", 3) == 0 || strncmp(cell + n, "年", 3) == 0) &&
         isdigit((unsigned char)cell[n + 3]);
}

const char *cell_habit(arena *a, const char *cell) {
  if (*cell == '#')
    return "is an error, or a column too narrow, of the spreadsheet; write the value itself";
  if (*cell == '$' || !strncmp(cell, "¥", 2) || !strncmp(cell, "￥", 3) || !strncmp(cell, "€", 3) ||
      !strncmp(cell, "£", 2))
    return "begins with the sign of a currency; write the number alone";
  if (is_month_day(cell))
    return "looks like a date that the spreadsheet has made of something else; format the column "
           "as "
           "text and write it again (1-3 as a range is [1..3], a date is 2025-01-03, a word of "
           "this "
           "form stands in quotes)";
  bool quoted = false;
  for (const char *p = cell; *p; p++) {
    if (*p == '\\' && quoted && p[1]) {
      p++;
      continue;
    }
    if (*p == '"') quoted = !quoted;
    bool begins = p == cell || (!isalnum((unsigned char)p[-1]) && !strchr("._-:", p[-1]) &&
                                !((unsigned char)p[-1] & 0x80));
    if (quoted || !begins || !isdigit((unsigned char)*p)) continue;
    const char *told = told_number(a, cell, p);
    if (told) return told;
  }
  return NULL;
}
