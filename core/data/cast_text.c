/* Texts to typed columns: the hot path, since CSV is nothing but texts.
 *
 * Each loop takes the usual form of a value eight bytes at a time and leaves every other form to
 * the parsers of base, which alone decide what a value is. */
#include "cast_parts.h"
#include "../base/text.h"
#include <math.h>
#include <stdlib.h>

/* ---- eight digits at a time ---- */

#define BYTES(b) (0x0101010101010101u * (uint64_t)(b))

/* The eight bytes before `end`, the last of them in the highest byte. */
static inline uint64_t load_before(const char *end) {
  uint64_t word;
  memcpy(&word, end - 8, 8);
#if __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
  word = __builtin_bswap64(word);
#endif
  return word;
}

/* The last n (1..8) bytes before `end` as digits, the others taken as '0'. */
static inline uint64_t last_digits(const char *end, size_t n) {
  uint64_t word = load_before(end), others = ~(uint64_t)0 >> 8 >> 8 * (n - 1);
  return (word & ~others) | (BYTES('0') & others);
}

static inline bool all_digits(uint64_t word) {
  uint64_t high = BYTES(0xF0);
  return ((word & high) | (((word + BYTES(6)) & high) >> 4)) == BYTES(0x33);
}

/* Pairs, then fours, then all eight. */
static inline uint64_t digits_value(uint64_t word) {
  word = (word & BYTES(0x0F)) * 2561 >> 8;
  word = (word & 0x00FF00FF00FF00FFu) * 6553601 >> 16;
  return (word & 0x0000FFFF0000FFFFu) * 42949672960001u >> 32;
}

/* Up to 16 digits before bytes[end], of which no byte before bytes[0] may be touched. */
static inline __attribute__((always_inline)) bool digits_before(const char *bytes, size_t end,
                                                                size_t n, uint64_t *value) {
  if (n - 1 < 8 && end >= 8) {
    uint64_t word = last_digits(bytes + end, n);
    *value = digits_value(word);
    return all_digits(word);
  }
  if (n - 9 < 8 && end >= 16) {
    uint64_t low = load_before(bytes + end), high = last_digits(bytes + end - 8, n - 8);
    *value = digits_value(high) * 100000000 + digits_value(low);
    return all_digits(low) && all_digits(high);
  }
  *value = 0;
  return false;
}

static cast_fault fault_of(parse_result result) {
  switch (result) {
  case PARSE_OK:
    return FAULT_NONE;
  case PARSE_SYNTAX:
    return FAULT_FORM;
  case PARSE_DIGITS:
    return FAULT_DIGITS;
  case PARSE_RANGE:
    return FAULT_TOO_LARGE;
  }
  return FAULT_FORM;
}

/* ---- one loop a type; each returns all its faults or-ed together ---- */

static unsigned texts_to_integers(const text_view *v, size_t n, int64_t *out, uint8_t *fault) {
  unsigned faults = 0;
  for (size_t r = 0; r < n; r++) {
    size_t start = v->start[r], end = v->end[r];
    out[r] = MISSING_I64;
    if (start == end) continue;
    bool negative = v->bytes[start] == '-';
    uint64_t value;
    if (digits_before(v->bytes, end, end - start - negative, &value)) {
      out[r] = negative ? -(int64_t)value : (int64_t)value;
      continue;
    }
    cast_fault f = fault_of(integer_parse(v->bytes + start, end - start, &out[r]));
    faults |= fault[r] = (uint8_t)f;
  }
  return faults;
}

/* Decimals with as many digits after the point as the type has, or with no point. */
static inline __attribute__((always_inline)) unsigned
decimals_loop(const text_view *v, size_t n, const int digits, int64_t *out, uint8_t *fault) {
  unsigned faults = 0;
  const size_t after = (size_t)digits;
  const uint64_t unit = (uint64_t)pow10_i64(digits);
  for (size_t r = 0; r < n; r++) {
    size_t start = v->start[r], end = v->end[r];
    out[r] = MISSING_I64;
    if (start == end) continue;
    bool negative = v->bytes[start] == '-';
    size_t first = start + negative;
    uint64_t whole, part = 0, value;
    bool point = after > 0 && end - first > after + 1 && v->bytes[end - after - 1] == '.';
    size_t whole_end = point ? end - after - 1 : end;
    bool plain = digits_before(v->bytes, whole_end, whole_end - first, &whole);
    if (point) plain &= digits_before(v->bytes, end, after, &part);
    if (plain && !__builtin_mul_overflow(whole, unit, &value) && value <= INT64_MAX - part) {
      value += part;
      out[r] = negative ? -(int64_t)value : (int64_t)value;
      continue;
    }
    cast_fault f = fault_of(decimal_parse(v->bytes + start, end - start, digits, &out[r]));
    faults |= fault[r] = (uint8_t)f;
  }
  return faults;
}

/* Money of two digits is what most columns are: a loop of its own, where `after` is known. */
static unsigned texts_to_decimals(const text_view *v, size_t n, int digits, int64_t *out,
                                  uint8_t *fault) {
  return digits == 2 ? decimals_loop(v, n, 2, out, fault) : decimals_loop(v, n, digits, out, fault);
}

static unsigned texts_to_numbers(const text_view *v, size_t n, double *out, uint8_t *fault) {
  unsigned faults = 0;
  for (size_t r = 0; r < n; r++) {
    size_t start = v->start[r], length = v->end[r] - start;
    out[r] = NAN;
    if (length == 0) continue;
    cast_fault f = fault_of(number_parse(v->bytes + start, length, &out[r]));
    faults |= fault[r] = (uint8_t)f;
    if (f) out[r] = NAN;
  }
  return faults;
}

static unsigned texts_to_choices(const text_view *v, size_t n, const words *choices, int32_t *out,
                                 uint8_t *fault) {
  unsigned faults = 0;
  for (size_t r = 0; r < n; r++) {
    size_t start = v->start[r], length = v->end[r] - start;
    out[r] = MISSING_I32;
    if (length == 0) continue;
    out[r] = words_find(choices, v->bytes + start, length);
    if (out[r] < 0) faults |= fault[r] = FAULT_CHOICE;
  }
  return faults;
}

static unsigned texts_to_booleans(const text_view *v, size_t n, int32_t *out, uint8_t *fault) {
  unsigned faults = 0;
  for (size_t r = 0; r < n; r++) {
    const char *text = v->bytes + v->start[r];
    size_t length = v->end[r] - v->start[r];
    out[r] = MISSING_I32;
    if (length == 4 && memcmp(text, "true", 4) == 0)
      out[r] = 1;
    else if (length == 5 && memcmp(text, "false", 5) == 0)
      out[r] = 0;
    else if (length > 0)
      faults |= fault[r] = FAULT_FORM;
  }
  return faults;
}

static unsigned texts_to_dates(const text_view *v, size_t n, int64_t *out, uint8_t *fault) {
  unsigned faults = 0;
  for (size_t r = 0; r < n; r++) {
    size_t start = v->start[r], length = v->end[r] - start;
    out[r] = MISSING_I64;
    if (length > 0 && !date_parse(v->bytes + start, length, &out[r]))
      faults |= fault[r] = FAULT_FORM;
  }
  return faults;
}

static unsigned texts_to_moments(const text_view *v, size_t n, int64_t *out, uint8_t *fault) {
  unsigned faults = 0;
  for (size_t r = 0; r < n; r++) {
    size_t start = v->start[r], length = v->end[r] - start;
    out[r] = MISSING_I64;
    if (length > 0 && !moment_parse(v->bytes + start, length, &out[r]))
      faults |= fault[r] = FAULT_FORM;
  }
  return faults;
}

bool text_to_typed(const text_view *v, size_t n, const cast_column *c, column *out,
                   uint8_t *fault) {
  switch (c->field->type.kind) {
  case TYPE_INTEGER:
    return texts_to_integers(v, n, out->i64, fault) != 0;
  case TYPE_MONEY:
  case TYPE_DECIMAL:
    return texts_to_decimals(v, n, c->field->type.digits, out->i64, fault) != 0;
  case TYPE_NUMBER:
    return texts_to_numbers(v, n, out->f64, fault) != 0;
  case TYPE_CHOICE:
    return texts_to_choices(v, n, &c->choices, out->i32, fault) != 0;
  case TYPE_BOOLEAN:
    return texts_to_booleans(v, n, out->i32, fault) != 0;
  case TYPE_DATE:
    return texts_to_dates(v, n, out->i64, fault) != 0;
  case TYPE_TIMESTAMP:
    return texts_to_moments(v, n, out->i64, fault) != 0;
  default:
    return false; /* texts are kept by text_to_text; binding lets nothing else through */
  }
}

/* ---- texts that stay texts ---- */

static cast_fault text_fault(const char *text, size_t n) {
  if (memchr(text, '\0', n)) return FAULT_NUL;
  return text_valid_utf8(text, n) ? FAULT_NONE : FAULT_ENCODING;
}

bool text_is_good(const char *text, size_t n) {
  return text_fault(text, n) == FAULT_NONE;
}

/* True when the rows, taken as one piece, are good text each: the piece is, and no row begins in
 * the middle of a character. */
static bool piece_is_good(const text_view *v, size_t n) {
  const char *text = v->bytes + v->start[0];
  if (text_fault(text, v->end[n - 1] - v->start[0]) != FAULT_NONE) return false;
  unsigned middles = 0;
  for (size_t r = 1; r < n && v->start[r] < v->end[n - 1]; r++)
    middles |= ((unsigned char)v->bytes[v->start[r]] & 0xC0) == 0x80;
  return !middles;
}

static bool rows_check(const text_view *v, size_t n, uint8_t *fault) {
  bool faulty = false;
  for (size_t r = 0; r < n; r++) {
    fault[r] = (uint8_t)text_fault(v->bytes + v->start[r], v->end[r] - v->start[r]);
    faulty |= fault[r] != FAULT_NONE;
  }
  return faulty;
}

error_code text_to_text(const text_view *v, size_t n, column *out, uint8_t *fault, bool *faulty,
                        const source_rows *rows, error *e) {
  *faulty = (!v->joined || !piece_is_good(v, n)) && rows_check(v, n, fault);
  uint64_t total = 0;
  for (size_t r = 0; r < n; r++) total += v->end[r] - v->start[r];
  if (total > UINT32_MAX)
    return error_set(e, ERR_SOURCE,
                     "%s: column '%s' holds more than 4 GiB in one batch; let the "
                     "source give smaller batches or shorter texts",
                     rows->source, rows->name);
  text_data *t = &out->text;
  column_reserve_text(out, 0, total);
  if (v->joined) {
    memcpy(t->bytes, v->bytes + v->start[0], total);
    for (size_t r = 0; r < n; r++) t->offsets[r + 1] = v->end[r] - v->start[0];
  } else {
    for (size_t r = 0; r < n; r++) {
      size_t length = v->end[r] - v->start[r];
      if (length) memcpy(t->bytes + t->offsets[r], v->bytes + v->start[r], length);
      t->offsets[r + 1] = t->offsets[r] + (uint32_t)length;
    }
  }
  for (size_t r = 0; r < n; r++) t->missing[r] = v->end[r] == v->start[r];
  return ERR_OK;
}
