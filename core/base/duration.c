/* Durations and spans as texts. */
#include "duration.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

typedef struct unit {
  char letter;
  bool of_months, of_time; /* behind the T */
  int64_t size;            /* in months or seconds */
} unit;

static const unit units[] = {{'Y', true, false, 12},     {'M', true, false, 1},
                             {'D', false, false, 86400}, {'H', false, true, 3600},
                             {'M', false, true, 60},     {'S', false, true, 1}};
enum { UNITS = sizeof units / sizeof *units };

/* The units in the order in which they may come; `from` is the first that may still come. */
static int find_unit(char letter, bool of_time, int from) {
  for (int i = from; i < UNITS; i++)
    if (units[i].letter == letter && units[i].of_time == of_time) return i;
  return -1;
}

static bool read_count(const char *text, size_t n, size_t *at, int64_t *out) {
  size_t start = *at;
  for (*out = 0; *at < n && text[*at] >= '0' && text[*at] <= '9'; ++*at)
    if (__builtin_mul_overflow(*out, 10, out) ||
        __builtin_add_overflow(*out, (int64_t)(text[*at] - '0'), out))
      return false;
  return *at > start && *at < n;
}

bool duration_parse(const char *text, size_t n, bool *months, int64_t *out) {
  bool negative = n > 0 && text[0] == '-', of_time = false;
  size_t at = negative;
  int next = 0, parts = 0;
  int64_t total = 0;
  if (at >= n || text[at++] != 'P') return false;
  while (at < n) {
    int64_t count;
    if (!of_time && text[at] == 'T') {
      of_time = true;
      at++;
    }
    if (!read_count(text, n, &at, &count)) return false;
    int found = find_unit(text[at++], of_time, next);
    if (found < 0 || (parts > 0 && units[found].of_months != *months)) return false;
    *months = units[found].of_months;
    next = found + 1;
    parts++;
    if (__builtin_mul_overflow(count, units[found].size, &count) ||
        __builtin_add_overflow(total, count, &total))
      return false;
  }
  *out = negative ? -total : total;
  return parts > 0;
}

size_t duration_write(char *out, bool months, int64_t value) {
  size_t n = 0;
  uint64_t rest = value < 0 ? 0 - (uint64_t)value : (uint64_t)value;
  if (value < 0) out[n++] = '-';
  out[n++] = 'P';
  bool of_time = false;
  for (int i = 0; i < UNITS; i++) {
    if (units[i].of_months != months) continue;
    uint64_t count = rest / (uint64_t)units[i].size;
    bool last = units[i].size == 1;
    if (count == 0 && !(last && value == 0)) continue;
    if (units[i].of_time && !of_time) out[n++] = 'T';
    of_time = units[i].of_time;
    rest -= count * (uint64_t)units[i].size;
    n += (size_t)snprintf(out + n, 24, "%llu%c", (unsigned long long)count, units[i].letter);
  }
  return n;
}

/* ---- spans ---- */

#define SPAN_MOST (36525LL * 86400)

static const struct span_unit {
  int64_t size;
  const char *names; /* with a blank before and behind each; the first letter is the short one */
} span_units[] = {{604800, " w week weeks "},
                  {86400, " d day days "},
                  {3600, " h hour hours "},
                  {60, " m min minute minutes "},
                  {1, " s sec second seconds "}};
enum { SPAN_UNITS = sizeof span_units / sizeof *span_units };

/* The seconds of a unit by its name, from the unit `*next` on, which each may follow once. */
static int64_t span_size(const char *name, size_t n, int *next) {
  char word[16] = " ";
  if (n == 0 || n > 12) return 0;
  for (size_t i = 0; i < n; i++) word[i + 1] = (char)tolower((unsigned char)name[i]);
  word[n + 1] = ' ';
  while (*next < SPAN_UNITS)
    if (strstr(span_units[(*next)++].names, word)) return span_units[*next - 1].size;
  return 0;
}

bool span_parse(const char *text, int64_t *seconds) {
  int next = 0;
  *seconds = 0;
  do {
    int64_t count = 0;
    if (!isdigit((unsigned char)*text)) return false;
    for (; isdigit((unsigned char)*text); text++)
      if ((count = count * 10 + (*text - '0')) > SPAN_MOST) return false;
    text += strspn(text, " ");
    size_t n = 0;
    while (isalpha((unsigned char)text[n])) n++;
    const int64_t size = span_size(text, n, &next);
    if (!size || count > SPAN_MOST / size) return false;
    *seconds += count * size;
    text += n;
    text += strspn(text, " ");
  } while (*text);
  return *seconds > 0 && *seconds <= SPAN_MOST;
}

size_t span_write(char *out, int64_t seconds) {
  size_t n = 0;
  for (int i = 0; i < SPAN_UNITS; i++) {
    const int64_t count = seconds / span_units[i].size;
    if (count == 0 && !(i == SPAN_UNITS - 1 && n == 0)) continue;
    if (span_units[i].size == 604800 && seconds % 604800) continue; /* 10d, not 1w3d */
    n += (size_t)snprintf(out + n, 24, "%lld%c", (long long)count, span_units[i].names[1]);
    seconds -= count * span_units[i].size;
  }
  return n;
}
