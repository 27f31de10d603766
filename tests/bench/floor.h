/* The floor of workload grade-1: one record, read from CSV and evaluated row by row in plain
 * if-chains, as a careful C programmer writes it by hand for this one policy. What the engine is
 * measured against; it knows nothing of packs, rejects, duplicates or threads. */
#ifndef BENCH_FLOOR_H
#define BENCH_FLOOR_H

#include <math.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define FLOOR_MISSING INT32_MIN
enum { RATING_MISSING = 9 };
enum { LEAD, NEW, ACTIVE, LAPSED };
enum { GRADE_A, GRADE_B, GRADE_C, GRADE_D };
enum { LOW, MODERATE, ELEVATED, HIGH, CRITICAL };
enum { VISIT, PHONE, WECHAT, EMAIL, NONE };

static const char *const INDUSTRY[] = {"machinery", "electronics",  "chemicals", "textile",
                                       "food",      "construction", "logistics", "retail",
                                       "software",  "medical",      "energy",    "finance",
                                       NULL};
static const char *const REGION[] = {"north",     "northeast", "east",     "south", "central",
                                     "southwest", "northwest", "overseas", NULL};
static const char *const RATING[] = {"AAA", "AA", "A", "BBB", "BB", "B", "CCC", "CC", "C", NULL};
static const char *const STAGE[] = {"lead", "new", "active", "lapsed", NULL};
static const char *const GRADE[] = {"A", "B", "C", "D"};
static const char *const RISK[] = {"LOW", "MODERATE", "ELEVATED", "HIGH", "CRITICAL"};
static const char *const CHANNEL[] = {"visit", "phone", "wechat", "email", "none"};
static const char *const PREFIX[] = {"CR", "YR", "OR", "RV", "LO", "DL", "OV", "RT", "CP", "IN"};

typedef struct customer {
  int64_t id;
  double annual, revenue, late, overdue, overdue_90, returns, exposure;
  int32_t employees, years, orders, last_order, complaints, current_limit;
  int32_t close_days, contact_days, quote_hours;
  uint8_t industry, region, rating, stage;
} customer;

typedef struct outcome {
  int32_t score, limit, key[3];
  int16_t days;
  uint8_t grade, risk, channel;
} outcome;

/* ---- words to codes: one probe in a table keyed by the first 8 bytes and the length ---- */

typedef struct words {
  uint64_t prefix[256];
  uint8_t length[256], code[256];
} words;

static inline uint64_t words_prefix(const char *p, size_t n) {
  uint64_t x = 0;
  memcpy(&x, p, n < 8 ? n : 8);
  return x;
}

static inline uint32_t words_hash(uint64_t x, size_t n) {
  return (uint32_t)(((x + n) * 0x9E3779B97F4A7C15u) >> 56);
}

static void words_init(words *t, const char *const *list) {
  for (int i = 0; list[i]; i++) {
    size_t n = strlen(list[i]);
    uint64_t x = words_prefix(list[i], n);
    uint32_t h = words_hash(x, n);
    while (t->length[h]) h = (h + 1) & 255;
    t->prefix[h] = x;
    t->length[h] = (uint8_t)n;
    t->code[h] = (uint8_t)i;
  }
}

static inline uint8_t words_find(const words *t, const char *p, size_t n) {
  uint64_t x = words_prefix(p, n);
  uint32_t h = words_hash(x, n);
  while (t->length[h]) {
    if (t->prefix[h] == x && t->length[h] == n) return t->code[h];
    h = (h + 1) & 255;
  }
  return 255;
}

static words industry_words, region_words, rating_words, stage_words;

static void floor_init(void) {
  words_init(&industry_words, INDUSTRY);
  words_init(&region_words, REGION);
  words_init(&rating_words, RATING);
  words_init(&stage_words, STAGE);
}

/* ---- one line of CSV ---- */

static inline int32_t parse_int(const char *p, const char *end) {
  if (p == end) return FLOOR_MISSING;
  bool negative = *p == '-';
  p += negative;
  int32_t v = 0;
  while (p < end) v = v * 10 + (*p++ - '0');
  return negative ? -v : v;
}

static inline double parse_decimal(const char *p, const char *end) {
  static const double scale[] = {1, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8};
  if (p == end) return NAN;
  bool negative = *p == '-';
  p += negative;
  int64_t v = 0;
  long digits = 0;
  while (p < end && *p != '.') v = v * 10 + (*p++ - '0');
  if (p < end) {
    p++;
    digits = end - p;
    while (p < end) v = v * 10 + (*p++ - '0');
  }
  double x = (double)v / scale[digits];
  return negative ? -x : x;
}

/* p points at a line; returns the start of the next, or NULL when the line is not complete. */
static const char *floor_line(const char *p, const char *end, customer *c) {
  const char *newline = memchr(p, '\n', (size_t)(end - p)); /* no newline inside quotes here */
  if (!newline) return NULL;
  const char *f[23];
  f[0] = p;
  int k = 1;
  while (k < 22) {
    if (*p == '"') {
      p++;
      for (;;) {
        p = memchr(p, '"', (size_t)(newline - p));
        if (!p) return NULL;
        if (p[1] == '"') {
          p += 2;
          continue;
        }
        p++;
        break;
      }
    } else {
      while (*p != ',' && p < newline) p++;
    }
    if (p >= newline) return NULL;
    f[k++] = ++p;
  }
  f[22] = newline + 1;
#define BOUNDS(i) f[i], f[(i) + 1] - 1
#define LENGTH(i) f[i], (size_t)(f[(i) + 1] - 1 - f[i])
  c->id = parse_int(BOUNDS(0));
  c->industry = words_find(&industry_words, LENGTH(2));
  c->region = words_find(&region_words, LENGTH(3));
  c->employees = parse_int(BOUNDS(4));
  c->annual = parse_decimal(BOUNDS(5));
  c->rating = f[7] - 1 == f[6] ? RATING_MISSING : words_find(&rating_words, LENGTH(6));
  c->years = parse_int(BOUNDS(7));
  c->orders = parse_int(BOUNDS(8));
  c->revenue = parse_decimal(BOUNDS(9));
  c->last_order = parse_int(BOUNDS(10));
  c->late = parse_decimal(BOUNDS(11));
  c->overdue = parse_decimal(BOUNDS(12));
  c->overdue_90 = parse_decimal(BOUNDS(13));
  c->returns = parse_decimal(BOUNDS(14));
  c->complaints = parse_int(BOUNDS(15));
  c->current_limit = parse_int(BOUNDS(16));
  c->exposure = parse_decimal(BOUNDS(17));
  c->close_days = parse_int(BOUNDS(18));
  c->contact_days = parse_int(BOUNDS(19));
  c->quote_hours = parse_int(BOUNDS(20));
  c->stage = words_find(&stage_words, LENGTH(21));
#undef BOUNDS
#undef LENGTH
  return newline + 1;
}

/* Calls `each` for every record of the file, at most `most`; returns their number. */
static long floor_csv(const char *path, long most, void (*each)(void *ctx, const customer *c),
                      void *ctx) {
  FILE *file = fopen(path, "rb");
  if (!file) {
    perror(path);
    exit(1);
  }
  static char block[1 << 20];
  size_t have = 0;
  long count = 0;
  bool first = true;
  while (count < most) {
    size_t n = fread(block + have, 1, sizeof block - have, file);
    have += n;
    if (!have) break;
    const char *p = block, *end = block + have, *next;
    if (first) {
      p = (const char *)memchr(p, '\n', have) + 1;
      first = false;
    }
    customer c;
    while (count < most && (next = floor_line(p, end, &c))) {
      p = next;
      count++;
      each(ctx, &c);
    }
    have = (size_t)(end - p);
    memmove(block, p, have);
    if (!n) break;
  }
  fclose(file);
  return count;
}

/* ---- evaluation ---- */

#define BIT(x) (1u << (x))
#define AAA_A (BIT(0) | BIT(1) | BIT(2))
#define AAA_BBB (AAA_A | BIT(3))
#define CCC_C (BIT(6) | BIT(7) | BIT(8))

static inline void top3(int32_t *k, int32_t x) { /* keeps the three greatest */
  if (x > k[2]) {
    if (x > k[1]) {
      k[2] = k[1];
      if (x > k[0]) {
        k[1] = k[0];
        k[0] = x;
      } else {
        k[1] = x;
      }
    } else {
      k[2] = x;
    }
  }
}

static inline int floor_grade(const customer *c, int s) {
  const unsigned st = BIT(c->stage), ra = BIT(c->rating);
  const double o = c->overdue_90;
  const int e = c->close_days; /* FLOOR_MISSING is below every bound */
  if (c->stage == LAPSED && o > 100000) return GRADE_D;
  if (s < 250) return GRADE_D;
  if (o > 500000) return GRADE_D;
  if (s >= 780 && e >= 0 && e <= 30 && (st & (BIT(NEW) | BIT(ACTIVE))) && o == 0 && (ra & AAA_A))
    return GRADE_A;
  if (s >= 820 && c->stage == ACTIVE && o == 0) return GRADE_A;
  if (s >= 700 && e >= 0 && e <= 14 && c->stage != LAPSED && o == 0 && (ra & (BIT(0) | BIT(1))))
    return GRADE_A;
  if (s >= 600 && e >= 0 && e <= 45 && o <= 10000 && (ra & AAA_BBB)) return GRADE_B;
  if (s >= 680 && s < 820 && (st & (BIT(NEW) | BIT(ACTIVE))) && o <= 50000) return GRADE_B;
  if (s >= 550 && s < 680 && e >= 0 && e <= 30 && (st & (BIT(LEAD) | BIT(NEW))) && o == 0 &&
      (ra & (AAA_A | BIT(RATING_MISSING))))
    return GRADE_B;
  if (s >= 500 && s < 700 && e == FLOOR_MISSING && c->stage == ACTIVE && o == 0 && (ra & AAA_BBB))
    return GRADE_B;
  if (s >= 450 && c->stage == ACTIVE && o <= 100000) return GRADE_C;
  if (s >= 400 && s < 600 && e >= 0 && e <= 60 && (st & (BIT(LEAD) | BIT(NEW))) && o == 0)
    return GRADE_C;
  if (s >= 350 && s < 550 && (st & (BIT(NEW) | BIT(ACTIVE))) && o == 0 && (ra & (AAA_BBB | BIT(4))))
    return GRADE_C;
  if (s >= 300 && s < 450 && e > 60 && e <= 180 && c->stage == LEAD && (ra & AAA_BBB))
    return GRADE_C;
  if (c->stage == LAPSED && o == 0 && (ra & AAA_A)) return GRADE_C;
  return GRADE_D;
}

static inline int floor_risk(const customer *c, int g, int *percent) {
  const unsigned ra = BIT(c->rating);
  const double o = c->overdue_90, l = c->late;
  if (g == GRADE_D && l >= 30 && o > 100000) return *percent = 0, CRITICAL;
  if (l >= 60) return *percent = 0, CRITICAL;
  if (g >= GRADE_C && l >= 15 && o > 0 && (ra & (CCC_C | BIT(RATING_MISSING))))
    return *percent = 25, HIGH;
  if (g == GRADE_D && (ra & CCC_C)) return *percent = 25, HIGH;
  if (g == GRADE_A && l < 7 && o == 0) return *percent = 100, LOW;
  if (g == GRADE_B && l < 3 && o == 0 && (ra & AAA_A)) return *percent = 100, LOW;
  if (g <= GRADE_B && l < 15 && o <= 10000 && (c->region == 0 || c->region == 2 || c->region == 3))
    return *percent = 85, MODERATE;
  if (g <= GRADE_B) return *percent = 60, ELEVATED;
  if (g == GRADE_C && l < 15 && o == 0) return *percent = 70, MODERATE;
  return *percent = 50, ELEVATED;
}

static inline int floor_cadence(const customer *c, int g, int *channel) {
  const int q = c->quote_hours, st = c->stage;
  if (g == GRADE_A) {
    if ((st == LEAD || st == NEW) && q >= 0 && q <= 48) return *channel = VISIT, 1;
    if (st == ACTIVE && q >= 0 && q <= 72 && c->contact_days >= 7) return *channel = VISIT, 2;
    return *channel = PHONE, c->contact_days >= 30 ? 3 : 14;
  }
  if (g == GRADE_B) {
    if ((st == LEAD || st == NEW) && q >= 0 && q <= 72) return *channel = PHONE, 2;
    if (q > 72 && c->contact_days >= 14) return *channel = PHONE, 5;
    return *channel = WECHAT, 21;
  }
  if (g == GRADE_C) {
    if (st == LEAD && q >= 0) return *channel = WECHAT, 7;
    if ((st == NEW || st == ACTIVE) && c->contact_days >= 60) return *channel = WECHAT, 14;
    return *channel = EMAIL, 45;
  }
  if (st == ACTIVE) return *channel = EMAIL, 90;
  return *channel = NONE, 180;
}

static inline int floor_limit(int g, const customer *c, int percent) {
  static const double cap[] = {5000000, 2000000, 500000, 50000};
  if (c->overdue_90 > 0) return 0;
  double base = cap[g], x = c->annual / 10, y = c->revenue / 6;
  if (x < base) base = x;
  if (y < base) base = y;
  /* 1e-9: equal in binary and in decimal arithmetic, for two-decimal inputs */
  return 1000 * (int)floor(base * percent / 100000 + 1e-9);
}

static void floor_evaluate(const customer *c, outcome *o) {
  static const uint8_t rating_points[] = {120, 120, 100, 80, 50, 50, 10, 10, 10, 40};
  static const uint8_t rating_band[] = {1, 1, 2, 3, 4, 4, 5, 5, 5, 6};
  static const uint8_t industry_points[] = {60, 60, 60, 30, 45, 30, 45, 45, 70, 70, 70, 70};
  static const uint8_t industry_band[] = {2, 2, 2, 4, 3, 4, 3, 3, 1, 1, 1, 1};
  int s = 0, p, b;
  int32_t k[3] = {0, 0, 0};
#define LAST(points, band) p = points, b = band
#define BAND(below, points, band)                                                                  \
  if (x < (below))                                                                                 \
    p = points, b = band;                                                                          \
  else
#define ADD(n, best)                                                                               \
  s += p;                                                                                          \
  top3(k, (best)-p > 0 ? ((best)-p) * 10000 + (99 - (n)) * 100 + b : 0)
  p = rating_points[c->rating], b = rating_band[c->rating];
  ADD(1, 120);
  {
    int x = c->years;
    BAND(1, 20, 1) BAND(2, 35, 2) BAND(5, 55, 3) BAND(10, 75, 4) LAST(90, 5);
  }
  ADD(2, 90);
  {
    int x = c->orders;
    BAND(1, 0, 1) BAND(2, 20, 2) BAND(8, 35, 3) BAND(20, 60, 4) BAND(50, 85, 5) LAST(100, 6);
  }
  ADD(3, 100);
  {
    double x = c->revenue;
    BAND(0.01, 0, 1)
    BAND(50000, 25, 2) BAND(200000, 50, 3) BAND(1000000, 85, 4) BAND(5000000, 115, 5) LAST(140, 6);
  }
  ADD(4, 140);
  {
    int x = c->last_order;
    BAND(30, 90, 1) BAND(90, 70, 2) BAND(180, 45, 3) BAND(365, 20, 4) LAST(0, 5);
  }
  ADD(5, 90);
  {
    double x = c->late;
    BAND(1, 100, 1) BAND(7, 80, 2) BAND(15, 55, 3) BAND(30, 25, 4) LAST(0, 5);
  }
  ADD(6, 100);
  {
    double x = c->overdue;
    BAND(0.01, 120, 1) BAND(10000, 90, 2) BAND(100000, 55, 3) BAND(500000, 20, 4) LAST(0, 5);
  }
  ADD(7, 120);
  {
    double x = c->returns;
    BAND(0.01, 60, 1) BAND(0.03, 45, 2) BAND(0.08, 25, 3) LAST(0, 4);
  }
  ADD(8, 60);
  {
    int x = c->complaints;
    BAND(1, 60, 1) BAND(2, 45, 2) BAND(4, 25, 3) LAST(0, 4);
  }
  ADD(9, 60);
  p = industry_points[c->industry], b = industry_band[c->industry];
  ADD(10, 70);
#undef ADD
#undef BAND
#undef LAST
  int percent, channel, g = floor_grade(c, s);
  o->score = s;
  memcpy(o->key, k, sizeof k);
  o->grade = (uint8_t)g;
  o->risk = (uint8_t)floor_risk(c, g, &percent);
  o->days = (int16_t)floor_cadence(c, g, &channel);
  o->channel = (uint8_t)channel;
  o->limit = floor_limit(g, c, percent);
}

/* ---- output ---- */

static inline char *put_int(char *p, int64_t v) {
  char t[24];
  int n = 0;
  if (v < 0) {
    *p++ = '-';
    v = -v;
  }
  do t[n++] = (char)('0' + v % 10);
  while (v /= 10);
  while (n) *p++ = t[--n];
  return p;
}

static inline char *put_text(char *p, const char *s) {
  while (*s) *p++ = *s++;
  return p;
}

/* The codes of the greatest losses, "RV1|OR1|LO5". */
static inline char *put_reasons(char *p, const int32_t *key) {
  for (int i = 0; i < 3 && key[i]; i++) {
    if (i) *p++ = '|';
    p = put_text(p, PREFIX[99 - key[i] / 100 % 100 - 1]);
    *p++ = (char)('0' + key[i] % 100);
  }
  return p;
}

#endif
