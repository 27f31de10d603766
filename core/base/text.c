/* Text: UTF-8, its width on a terminal, its quoted forms. Independent of the process' locale. */
#include "text.h"
#include <stdint.h>
#include <string.h>

/* One well-formed character at the front: its length and code point; 0 if it is not well-formed. */
static size_t char_decode(const char *text, size_t n, uint32_t *code) {
  const unsigned char *b = (const unsigned char *)text;
  if (n == 0) return 0;
  if (b[0] < 0x80) {
    *code = b[0];
    return 1;
  }
  size_t length = b[0] >= 0xF0 ? 4 : b[0] >= 0xE0 ? 3 : 2;
  if (b[0] < 0xC2 || b[0] > 0xF4 || n < length) return 0;
  uint32_t value = b[0] & (0xFFu >> (length + 1));
  for (size_t i = 1; i < length; i++) {
    if ((b[i] & 0xC0) != 0x80) return 0;
    value = value << 6 | (b[i] & 0x3F);
  }
  static const uint32_t least[] = {0, 0, 0x80, 0x800, 0x10000};
  if (value < least[length] || value > 0x10FFFF || (value >= 0xD800 && value <= 0xDFFF)) return 0;
  *code = value;
  return length;
}

bool text_valid_utf8(const char *text, size_t n) {
  size_t i = 0;
  while (i < n) {
    /* Most text is ASCII: 32 bytes at a time, then 8. */
    uint64_t words[4];
    for (; n - i >= sizeof words; i += sizeof words) {
      memcpy(words, text + i, sizeof words);
      if ((words[0] | words[1] | words[2] | words[3]) & 0x8080808080808080u) break;
    }
    for (; n - i >= 8; i += 8) {
      memcpy(words, text + i, 8);
      if (words[0] & 0x8080808080808080u) break;
    }
    if (n - i < 8) { /* the last few, most often of a short word */
      unsigned char any = 0;
      for (size_t k = i; k < n; k++) any |= (unsigned char)text[k];
      if (any < 0x80) return true;
    }
    uint32_t code;
    do {
      if (i == n) return true;
      size_t length = char_decode(text + i, n - i, &code);
      if (length == 0) return false;
      i += length;
    } while (code >= 0x80 || n - i < 8);
  }
  return true;
}

typedef struct code_range {
  uint32_t first, last;
} code_range;

/* Marks that stand on the character before them, and characters that are not seen. */
static const code_range zero_width[] = {
    {0x0300, 0x036F}, {0x0483, 0x0489}, {0x0591, 0x05BD},   {0x05BF, 0x05BF},   {0x05C1, 0x05C2},
    {0x05C4, 0x05C5}, {0x05C7, 0x05C7}, {0x0610, 0x061A},   {0x064B, 0x065F},   {0x0670, 0x0670},
    {0x06D6, 0x06DC}, {0x06DF, 0x06E4}, {0x06E7, 0x06E8},   {0x06EA, 0x06ED},   {0x0900, 0x0902},
    {0x093C, 0x093C}, {0x0941, 0x0948}, {0x094D, 0x094D},   {0x0E31, 0x0E31},   {0x0E34, 0x0E3A},
    {0x0E47, 0x0E4E}, {0x1AB0, 0x1AFF}, {0x1DC0, 0x1DFF},   {0x200B, 0x200F},   {0x202A, 0x202E},
    {0x2060, 0x2064}, {0x20D0, 0x20F0}, {0x302A, 0x302D},   {0x3099, 0x309A},   {0xFE00, 0xFE0F},
    {0xFE20, 0xFE2F}, {0xFEFF, 0xFEFF}, {0x1F3FB, 0x1F3FF}, {0xE0020, 0xE007F}, {0xE0100, 0xE01EF},
};

/* East Asian wide and fullwidth, and emoji that terminals draw wide. */
static const code_range double_width[] = {
    {0x1100, 0x115F},   {0x231A, 0x231B},   {0x23E9, 0x23EC},   {0x25FD, 0x25FE},
    {0x2614, 0x2615},   {0x2648, 0x2653},   {0x267F, 0x267F},   {0x2693, 0x2693},
    {0x26A1, 0x26A1},   {0x26AA, 0x26AB},   {0x26BD, 0x26BE},   {0x26C4, 0x26C5},
    {0x26CE, 0x26CE},   {0x26D4, 0x26D4},   {0x26EA, 0x26EA},   {0x26F2, 0x26F5},
    {0x26FA, 0x26FD},   {0x2705, 0x2705},   {0x270A, 0x270B},   {0x2728, 0x2728},
    {0x274C, 0x274E},   {0x2753, 0x2757},   {0x2795, 0x2797},   {0x27B0, 0x27BF},
    {0x2B1B, 0x2B1C},   {0x2B50, 0x2B55},   {0x2E80, 0x303E},   {0x3041, 0x3247},
    {0x3250, 0x4DBF},   {0x4E00, 0xA4CF},   {0xA960, 0xA97F},   {0xAC00, 0xD7A3},
    {0xF900, 0xFAFF},   {0xFE10, 0xFE19},   {0xFE30, 0xFE6F},   {0xFF00, 0xFF60},
    {0xFFE0, 0xFFE6},   {0x16FE0, 0x18CFF}, {0x1AFF0, 0x1B2FF}, {0x1F004, 0x1F004},
    {0x1F0CF, 0x1F0CF}, {0x1F18E, 0x1F19A}, {0x1F200, 0x1F320}, {0x1F32D, 0x1F335},
    {0x1F337, 0x1F393}, {0x1F3A0, 0x1F3CA}, {0x1F3CF, 0x1F3D3}, {0x1F3E0, 0x1F3F0},
    {0x1F3F8, 0x1F43E}, {0x1F440, 0x1F4FC}, {0x1F4FF, 0x1F53D}, {0x1F54B, 0x1F567},
    {0x1F595, 0x1F596}, {0x1F5A4, 0x1F5A4}, {0x1F5FB, 0x1F64F}, {0x1F680, 0x1F6C5},
    {0x1F6CC, 0x1F6D2}, {0x1F6D5, 0x1F6DF}, {0x1F6EB, 0x1F6FC}, {0x1F7E0, 0x1F7F0},
    {0x1F90C, 0x1F9FF}, {0x1FA70, 0x1FAFF}, {0x20000, 0x3FFFD},
};

static bool range_has(const code_range *ranges, size_t count, uint32_t code) {
  size_t low = 0, high = count;
  while (low < high) {
    size_t middle = (low + high) / 2;
    if (code > ranges[middle].last)
      low = middle + 1;
    else
      high = middle;
  }
  return low < count && code >= ranges[low].first;
}

#define RANGE_HAS(ranges, code) range_has(ranges, sizeof(ranges) / sizeof *(ranges), code)

static size_t code_width(uint32_t code) {
  if (code < 0x20 || (code >= 0x7F && code < 0xA0)) return 0;
  if (code < 0x300) return 1;
  if (RANGE_HAS(zero_width, code)) return 0;
  return RANGE_HAS(double_width, code) ? 2 : 1;
}

size_t text_width(const char *text, size_t n) {
  size_t width = 0;
  for (size_t i = 0; i < n;) {
    uint32_t code = 0;
    size_t length = char_decode(text + i, n - i, &code);
    width += length ? code_width(code) : 1; /* a terminal draws one mark for a bad byte */
    i += length ? length : 1;
  }
  return width;
}

/* How many bytes of the text fit `width` columns, and the columns that these take. */
static size_t text_fit(const char *text, size_t n, size_t width, size_t *columns) {
  size_t i = 0;
  *columns = 0;
  while (i < n) {
    uint32_t code = 0;
    size_t length = char_decode(text + i, n - i, &code);
    size_t wide = length ? code_width(code) : 1;
    if (*columns + wide > width) break;
    *columns += wide;
    i += length ? length : 1;
  }
  return i;
}

static void blanks(buffer *out, size_t n) {
  while (n--) buffer_char(out, ' ');
}

void text_pad(buffer *out, const char *text, size_t width, bool right) {
  size_t n = strlen(text), columns;
  size_t fits = text_fit(text, n, width, &columns);
  bool cut = fits < n;
  if (cut && width > 0) fits = text_fit(text, n, width - 1, &columns);
  size_t used = columns + (cut && width > 0);
  if (right) blanks(out, width - used);
  buffer_add(out, text, fits);
  if (cut && width > 0) buffer_text(out, "…");
  if (!right) blanks(out, width - used);
}

/* What a terminal would obey, hide or reorder by, rather than show. */
static bool code_is_control(uint32_t code) {
  return code < 0x20 || (code >= 0x7F && code < 0xA0) || (code >= 0x200B && code <= 0x200F) ||
         (code >= 0x2028 && code <= 0x202E) || (code >= 0x2060 && code <= 0x206F) || code == 0xFEFF;
}

/* Appends the next character of the text as it is shown; how wide it is goes to *columns. */
static size_t char_show(buffer *out, const char *text, size_t n, size_t *columns) {
  uint32_t code = 0;
  size_t length = char_decode(text, n, &code);
  if (length && !code_is_control(code)) {
    buffer_add(out, text, length);
    *columns = code_width(code);
    return length;
  }
  if (length == 0) length = 1;
  for (size_t i = 0; i < length; i++) buffer_format(out, "\\x%02X", (unsigned char)text[i]);
  *columns = 4 * length;
  return length;
}

void text_printable(buffer *out, const char *text, size_t n, size_t most) {
  size_t used = 0, keep = out->size; /* `keep`: where the ellipsis goes if the rest does not fit */
  for (size_t i = 0; i < n;) {
    size_t columns;
    i += char_show(out, text + i, n - i, &columns);
    used += columns;
    if (used > most) {
      out->size = keep;
      if (most > 0) buffer_text(out, "…");
      return;
    }
    if (used < most) keep = out->size;
  }
}

void text_json(buffer *out, const char *text, size_t n) {
  buffer_char(out, '"');
  size_t plain = 0; /* start of what is copied as it stands */
  for (size_t i = 0; i < n;) {
    const unsigned char c = (unsigned char)text[i];
    if (c >= 0x20 && c < 0x80 && c != '"' && c != '\\') { /* most are */
      i++;
      continue;
    }
    uint32_t code = 0xFFFD;
    size_t length = char_decode(text + i, n - i, &code);
    if (length && code >= 0x20 && code != '"' && code != '\\') {
      i += length;
      continue;
    }
    buffer_add(out, text + plain, i - plain);
    if (code == '"' || code == '\\')
      buffer_format(out, "\\%c", (char)code);
    else if (code == '\n')
      buffer_text(out, "\\n");
    else if (code == '\r')
      buffer_text(out, "\\r");
    else if (code == '\t')
      buffer_text(out, "\\t");
    else
      buffer_format(out, "\\u%04x", code);
    i += length ? length : 1;
    plain = i;
  }
  buffer_add(out, text + plain, n - plain);
  buffer_char(out, '"');
}

void text_json_or_null(buffer *out, const char *text) {
  if (text)
    text_json(out, text, strlen(text));
  else
    buffer_text(out, "null");
}

void text_json_name(buffer *out, const char *name, bool first) {
  if (!first) buffer_char(out, ',');
  text_json(out, name, strlen(name));
  buffer_char(out, ':');
}

void text_csv(buffer *out, const char *text, size_t n) {
  bool quote = false;
  for (size_t i = 0; i < n && !quote; i++)
    quote = text[i] == ',' || text[i] == '"' || text[i] == '\n' || text[i] == '\r';
  if (!quote) {
    buffer_add(out, text, n);
    return;
  }
  buffer_char(out, '"');
  for (size_t i = 0; i < n; i++) {
    if (text[i] == '"') buffer_char(out, '"');
    buffer_char(out, text[i]);
  }
  buffer_char(out, '"');
}

void text_html(buffer *out, const char *text, size_t n) {
  for (size_t i = 0; i < n; i++) {
    const char c = text[i];
    const char *name = c == '<'   ? "&lt;"
                       : c == '>' ? "&gt;"
                       : c == '&' ? "&amp;"
                       : c == '"' ? "&quot;"
                                  : NULL;
    if (name)
      buffer_text(out, name);
    else if ((unsigned char)c >= ' ' || c == '\n' || c == '\t')
      buffer_char(out, c);
    else
      buffer_char(out, ' ');
  }
}

/* Lower case for the scripts that have cases and that names are written in. */
static uint32_t code_fold(uint32_t code) {
  if (code >= 'A' && code <= 'Z') return code + 32;
  if (code >= 0xC0 && code <= 0xDE && code != 0xD7) return code + 32;
  if (code >= 0x391 && code <= 0x3A9) return code + 32;
  if (code >= 0x410 && code <= 0x42F) return code + 32;
  if (code >= 0x400 && code <= 0x40F) return code + 80;
  if (code >= 0x100 && code <= 0x17F && code != 0x130 && code != 0x131 && code != 0x138 &&
      code != 0x149 && code != 0x178 && code != 0x17F)
    return (code >= 0x139 && code <= 0x148) || code >= 0x179 ? code + (code & 1) : code | 1;
  return code;
}

enum { DISTANCE_MOST = 128 }; /* characters looked at: no name that a person types is longer */

static size_t folded_codes(const char *text, uint32_t *codes) {
  size_t n = strlen(text), count = 0;
  for (size_t i = 0; i < n && count < DISTANCE_MOST;) {
    uint32_t code = (unsigned char)text[i];
    size_t length = char_decode(text + i, n - i, &code);
    codes[count++] = code_fold(code);
    i += length ? length : 1;
  }
  return count;
}

static size_t least_of(size_t a, size_t b) {
  return a < b ? a : b;
}

size_t text_distance(const char *a, const char *b) {
  uint32_t x[DISTANCE_MOST], y[DISTANCE_MOST];
  size_t m = folded_codes(a, x), n = folded_codes(b, y);
  size_t rows[3][DISTANCE_MOST + 1];
  size_t *before = rows[0], *above = rows[1], *row = rows[2];
  for (size_t j = 0; j <= n; j++) row[j] = j;
  for (size_t i = 1; i <= m; i++) {
    size_t *recycled = before;
    before = above;
    above = row;
    row = recycled;
    row[0] = i;
    for (size_t j = 1; j <= n; j++) {
      size_t cost = above[j - 1] + (x[i - 1] != y[j - 1]);
      cost = least_of(cost, least_of(above[j], row[j - 1]) + 1);
      if (i > 1 && j > 1 && x[i - 1] == y[j - 2] && x[i - 2] == y[j - 1])
        cost = least_of(cost, before[j - 2] + 1);
      row[j] = cost;
    }
  }
  return row[n];
}

const char *text_suggest(const char *word, const char *const *candidates, size_t count) {
  uint32_t codes[DISTANCE_MOST];
  size_t length = folded_codes(word, codes);
  /* A third of the letters may be wrong, but not all of them. */
  size_t best = length < 2 ? 0 : (length + 2) / 3;
  const char *nearest = NULL;
  for (size_t i = 0; i < count; i++) {
    size_t distance = text_distance(word, candidates[i]);
    if (distance < best + !nearest) {
      best = distance;
      nearest = candidates[i];
    }
  }
  return nearest;
}
