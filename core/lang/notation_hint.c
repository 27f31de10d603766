/* What people type who know a spreadsheet, a program or a Chinese keyboard, and what is written here
 * instead. It only helps: nothing is accepted because of it. */
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "../base/text.h"
#include "notation_syntax.h"

typedef struct mistake {
  const char *text, *hint;
} mistake;

/* ---- signs ---- */

static const mistake signs[] = {
    {"==", "write ="},
    {"=>", "write >="},
    {"=<", "write <="},
    {"<>", "write !="},
    {"><", "write !="},
    {"&&", "write and"},
    {"||", "write or"},
    {"**", "there is no power; write x * x"},
    {"//", "a remark stands outside of the quotes, behind --"},
    {":=", "write ="},
    {"!", "write not(...)"},
    {"~", "write not(...)"},
    {"&", "write and"},
    {"|", "write or"},
    {"^", "there is no power; write x * x"},
    {"%", "percent stand right behind a number: 10%; a remainder is modulo(a, b)"},
    {"'", "texts stand in double quotes"},
    {"`", "texts stand in double quotes"},
    {".", "a number is 0.5; names have no dots"},
    {":", "write if ... then ... else ..."},
    {";", "write , (a comma)"},
    {"{", "write ( or ["},
    {"}", "write ) or ]"},
    {"$", "amounts stand without a currency sign"},
    {"¥", "amounts stand without a currency sign"},
    {"￥", "amounts stand without a currency sign"},
    {"€", "amounts stand without a currency sign"},
    {"£", "amounts stand without a currency sign"},
    {"#", "a remark stands outside of the quotes, behind --"},
    {"@", "write @\"2025-10-01\""},
    {"≤", "write <="},
    {"≦", "write <="},
    {"⩽", "write <="},
    {"≥", "write >="},
    {"≧", "write >="},
    {"⩾", "write >="},
    {"≠", "write !="},
    {"∈", "write in"},
    {"∧", "write and"},
    {"∨", "write or"},
    {"¬", "write not(...)"},
    {"、", "write , (half width)"},
    {"。", "write . (half width)"},
    {"【", "write ["},
    {"】", "write ]"},
    {"〔", "write ["},
    {"〕", "write ]"},
    {"「", "write \" (a straight quote)"},
    {"」", "write \" (a straight quote)"},
    {"『", "write \" (a straight quote)"},
    {"』", "write \" (a straight quote)"},
    {"《", "write <, or \" around a text"},
    {"》", "write >, or \" around a text"},
    {"“", "write \" (a straight quote)"},
    {"”", "write \" (a straight quote)"},
    {"„", "write \" (a straight quote)"},
    {"‘", "write \" (a straight double quote)"},
    {"’", "write \" (a straight double quote)"},
    {"−", "write - (a hyphen)"},
    {"–", "write - (a hyphen), or .. between two bounds"},
    {"—", "write - (a hyphen)"},
    {"～", "write .. between two bounds"},
    {"×", "write *"},
    {"÷", "write /"},
    {"…", "write .."},
    {"％", "write % (half width), right behind the number"},
    {"＆", "write and"},
    {"｜", "write or"},
    {"！", "write != for unequal, or not(...)"},
    {"；", "write , (a comma)"},
    {"：", "write if ... then ... else ..."}};

static bool begins(const char *text, const char *with) {
  return strncmp(text, with, strlen(with)) == 0;
}

enum { FULL_WIDTH_FIRST = 0xFF01, FULL_WIDTH_LAST = 0xFF5E, FULL_WIDTH_OFFSET = 0xFEE0 };

const char *hint_character(arena *a, const char *at, size_t *length) {
  for (size_t i = 0; i < sizeof signs / sizeof *signs; i++) {
    if (!begins(at, signs[i].text)) continue;
    *length = strlen(signs[i].text);
    return signs[i].hint;
  }
  uint32_t c = notation_code_point(at, length);
  if (c < FULL_WIDTH_FIRST || c > FULL_WIDTH_LAST) return NULL;
  return arena_format(a, "write %c (half width)", (int)(c - FULL_WIDTH_OFFSET));
}

const char *hint_half_width(arena *a, const char *name) {
  size_t n = 0, length;
  char *half = arena_string(a, name);
  bool changed = false;
  for (const char *t = name; *t != '\0'; t += length) {
    uint32_t c = notation_code_point(t, &length);
    bool full = c >= FULL_WIDTH_FIRST && c <= FULL_WIDTH_LAST;
    changed = changed || full;
    if (full)
      half[n++] = (char)(c - FULL_WIDTH_OFFSET);
    else
      for (size_t i = 0; i < length; i++) half[n++] = t[i];
  }
  half[n] = '\0';
  return changed ? half : NULL;
}

/* ---- dates ---- */

static bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

/* Up to `most` digits; how many there are, or 0 if more follow. */
static size_t read_digits(const char *t, size_t most, int *out) {
  size_t n = 0;
  *out = 0;
  for (; n < most && is_digit(t[n]); n++) *out = *out * 10 + (t[n] - '0');
  return is_digit(t[n]) ? 0 : n;
}

static size_t skip(const char *t, const char *separator) {
  return begins(t, separator) ? strlen(separator) : 0;
}

/* 2025/10/1, 2025.10.1, 2025-1-5, 2025年10月1日; 1/10/2025 and 1.10.2025, whose order nobody knows. */
const char *hint_date(arena *a, const char *at, size_t *length) {
  static const char *const separators[][3] = {
      {"/", "/", ""}, {".", ".", ""}, {"-", "-", ""}, {"年", "月", "日"}};
  for (size_t i = 0; i < sizeof separators / sizeof *separators; i++) {
    int parts[3];
    size_t n = 0;
    for (int k = 0; k < 3; k++) {
      size_t digits = read_digits(at + n, 4, &parts[k]);
      size_t separator = skip(at + n + digits, separators[i][k]);
      if (digits == 0 || (separator == 0 && separators[i][k][0] != '\0')) {
        n = 0;
        break;
      }
      n += digits + separator;
    }
    bool first = n > 0 && parts[0] >= 1000 && parts[1] < 100 && parts[2] < 100;
    bool last = n > 0 && parts[2] >= 1000 && parts[0] < 100 && parts[1] < 100;
    *length = n;
    if (first) return arena_format(a, "write %04d-%02d-%02d", parts[0], parts[1], parts[2]);
    if (last) return arena_format(a, "write %04d-month-day", parts[2]);
  }
  return NULL;
}

/* ---- numbers ---- */

static const mistake number_units[] = {{"h", "%s hours"},
                                       {"hr", "%s hours"},
                                       {"hrs", "%s hours"},
                                       {"小时", "%s hours"},
                                       {"d", "%s days"},
                                       {"天", "%s days"},
                                       {"日", "%s days"},
                                       {"w", "%s weeks"},
                                       {"周", "%s weeks"},
                                       {"个月", "%s months"},
                                       {"月", "%s months"},
                                       {"m", "%s months, or %s minutes"},
                                       {"min", "%s minutes"},
                                       {"分钟", "%s minutes"},
                                       {"s", "%s seconds"},
                                       {"秒", "%s seconds"},
                                       {"y", "%s years"},
                                       {"yr", "%s years"},
                                       {"年", "%s years"},
                                       {"元", "%s"},
                                       {"块", "%s"},
                                       {"人民币", "%s"},
                                       {"CNY", "%s"},
                                       {"RMB", "%s"},
                                       {"pct", "%s%%"},
                                       {"percent", "%s%%"},
                                       {"days", "%s days"},
                                       {"day", "%s day"},
                                       {"months", "%s months"},
                                       {"month", "%s month"},
                                       {"hours", "%s hours"},
                                       {"hour", "%s hour"},
                                       {"years", "%s years"},
                                       {"year", "%s year"},
                                       {"minutes", "%s minutes"},
                                       {"weeks", "%s weeks"}};

static const struct {
  const char *text;
  const char *zeros;
} multiples[] = {{"百", "00"},         {"千", "000"},     {"k", "000"},       {"K", "000"},
                 {"万元", "0000"},     {"万", "0000"},    {"百万", "000000"}, {"千万", "0000000"},
                 {"亿元", "00000000"}, {"亿", "00000000"}};

static bool is_letters(const char *at, size_t n, const char *word) {
  return strlen(word) == n && memcmp(at, word, n) == 0;
}

/* 1_000_000 without the _ */
static const char *without_bars(arena *a, const char *number, size_t n) {
  char *plain = arena_string_n(a, number, n);
  size_t kept = 0;
  for (size_t i = 0; i < n; i++) {
    if (number[i] != '_' && !is_digit(number[i]) && number[i] != '.') return NULL;
    if (number[i] != '_') plain[kept++] = number[i];
  }
  plain[kept] = '\0';
  return arena_format(a, "write %s", plain);
}

const char *hint_number(arena *a, const char *number, size_t n, size_t letters) {
  const char *digits = arena_string_n(a, number, n), *behind = number + n;
  bool whole = memchr(number, '.', n) == NULL;
  const char *plain = behind[0] == '_' ? without_bars(a, number, n + letters) : NULL;
  if (plain != NULL) return plain;
  for (size_t i = 0; i < sizeof number_units / sizeof *number_units; i++)
    if (is_letters(behind, letters, number_units[i].text))
      return arena_format(a, arena_format(a, "write %s", number_units[i].hint), digits, digits);
  for (size_t i = 0; whole && i < sizeof multiples / sizeof *multiples; i++)
    if (is_letters(behind, letters, multiples[i].text))
      return arena_format(a, "write %s%s", digits, multiples[i].zeros);
  if ((behind[0] == 'e' || behind[0] == 'E') && (letters == 1 || is_digit(behind[1])))
    return "write all digits of the number";
  return "a word that begins with a digit stands in double quotes";
}

/* ---- words ---- */

static const mistake words[] = {{"且", "write and"},
                                {"并且", "write and"},
                                {"和", "write and"},
                                {"与", "write and"},
                                {"或", "write or"},
                                {"或者", "write or"},
                                {"非", "write not(...)"},
                                {"不", "write not(...)"},
                                {"是", "write ="},
                                {"等于", "write ="},
                                {"不等于", "write !="},
                                {"大于", "write >"},
                                {"小于", "write <"},
                                {"如果", "write if ... then ... else ..."},
                                {"真", "write true"},
                                {"假", "write false"},
                                {"is", "write =, or x = null"},
                                {"equals", "write ="},
                                {"mod", "write modulo(a, b)"},
                                {"like", "write starts_with, ends_with or contains"},
                                {"contains", "write contains(text, part)"},
                                {"elseif", "write else if"},
                                {"elsif", "write else if"},
                                {"elif", "write else if"},
                                {"end", "if ... then ... else ... has no end"},
                                {"then", "if comes first: if ... then ... else ..."},
                                {"better", "write better than"},
                                {"worse", "write worse than"},
                                {"nil", "write null"},
                                {"none", "write null"},
                                {"missing", "write x = null"},
                                {"empty", "write x = null"}};

const char *hint_word(arena *a, const char *word, size_t n) {
  static const char *const keywords[] = {"and",  "or",   "not",   "in",   "if",     "then",
                                         "else", "true", "false", "null", "between"};
  for (size_t i = 0; i < sizeof words / sizeof *words; i++)
    if (strlen(words[i].text) == n && strncasecmp(words[i].text, word, n) == 0)
      return words[i].hint;
  for (size_t i = 0; i < sizeof keywords / sizeof *keywords; i++)
    if (strlen(keywords[i]) == n && strncasecmp(keywords[i], word, n) == 0 &&
        memcmp(keywords[i], word, n) != 0)
      return arena_format(a, "write %s, in small letters", keywords[i]);
  return NULL;
}
