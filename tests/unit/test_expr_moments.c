/* Random formulas over dates, timestamps, words, texts and codes, with missing values, against the C
 * library's calendar and plain string functions. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/text.h"
#include "support/expr_world.h"

static uint64_t seed = 88172645463325252u;

static uint64_t draw(uint64_t below) {
  seed ^= seed << 13;
  seed ^= seed >> 7;
  seed ^= seed << 17;
  return seed % below;
}

/* ---- random columns ---- */

enum { ZONE = 8 * 3600, DAY_SECONDS = 86400 };

static const char *const texts[] = {"", "Ann", "annex", "百合商贸", "百合", "x.pdf", "PDF"};
static const char *const code_texts[] = {"", "LATE", "LATE|CAP", "CAP:1.5|LATER", "LATER"};
enum { TEXTS = sizeof texts / sizeof *texts, CODE_TEXTS = sizeof code_texts / sizeof *code_texts };

/* What each row holds, for the reference; -1 = missing. */
static int text_of[ROWS], codes_of[ROWS];

static void fill(fixture *f) {
  for (size_t row = 0; row < ROWS; row++) {
    f->columns[I].i64[row] = draw(8) == 0 ? MISSING_I64 : (int64_t)draw(40) - 20;
    f->columns[B].i32[row] = (int32_t)draw(3) - 1;
    f->columns[G].i32[row] = (int32_t)draw(5) - 1;
    f->columns[DAY].i64[row] = draw(8) == 0 ? MISSING_I64 : 18000 + (int64_t)draw(4000);
    int64_t moment = 18000 * (int64_t)DAY_SECONDS + (int64_t)draw(4000 * (uint64_t)DAY_SECONDS);
    f->columns[AT].i64[row] = draw(8) == 0 ? MISSING_I64 : moment;
    text_of[row] = (int)draw(TEXTS + 1) - 1;
    codes_of[row] = (int)draw(CODE_TEXTS);
    const char *t = text_of[row] < 0 ? NULL : texts[text_of[row]];
    column_add_text(&f->columns[NAME], row, t, t == NULL ? 0 : strlen(t));
    t = code_texts[codes_of[row]];
    column_add_text(&f->columns[WHY], row, t, strlen(t));
  }
}

/* ---- the reference: values are int64, ABSENT is missing ---- */

#define ABSENT MISSING_I64

static struct tm civil(int64_t day) {
  time_t t = (time_t)(day * DAY_SECONDS);
  struct tm tm;
  gmtime_r(&t, &tm);
  return tm;
}

static int64_t day_of(struct tm *tm) {
  return (int64_t)timegm(tm) / DAY_SECONDS;
}

static int64_t local_day(int64_t moment) {
  return (moment + ZONE) / DAY_SECONDS;
}

/* The month's last day is the day before the first of the next. */
static int64_t last_of_month(int64_t day) {
  struct tm tm = civil(day);
  tm.tm_mon++;
  tm.tm_mday = 1;
  return day_of(&tm) - 1;
}

static int64_t shift(int64_t day, int64_t months) {
  struct tm tm = civil(day);
  int wanted = tm.tm_mday;
  tm.tm_mday = 1;
  tm.tm_mon += (int)months;
  int64_t first = day_of(&tm), last = last_of_month(first);
  return first + wanted - 1 < last ? first + wanted - 1 : last;
}

static int64_t months_from(int64_t a, int64_t b) {
  if (b < a) return -months_from(b, a);
  int64_t n = 0;
  while (shift(a, n + 1) <= b) n++;
  return n;
}

static int64_t week(int64_t day) {
  struct tm tm = civil(day);
  char text[8];
  strftime(text, sizeof text, "%V", &tm);
  return atoi(text);
}

/* ---- random dates ---- */

typedef enum part {
  DAY_COLUMN,
  DAY_OF_AT,
  DAY_LITERAL,
  PLUS_DAYS,
  PLUS_MONTHS,
  MINUS_MONTHS,
  MONTHS_BY_COLUMN,
  LAST_DAY,
  EARLIER,
  LATER,
  CHOSEN,
  FIRST_KNOWN,
  PARTS
} part;

typedef struct when {
  part part;
  int64_t number;
  struct when *a, *b;
} when;

static when *grow(arena *a, int depth) {
  when *w = arena_alloc(a, sizeof *w);
  w->part = (part)draw(depth == 0 ? 3 : PARTS);
  w->number = (int64_t)draw(30);
  if (w->part > DAY_LITERAL) w->a = grow(a, depth - 1);
  if (w->part >= EARLIER) w->b = grow(a, depth - 1);
  return w;
}

static void print(buffer *out, const when *w) {
  static const char *const forms[] = {[DAY_COLUMN] = "day",
                                      [DAY_OF_AT] = "date(at)",
                                      [DAY_LITERAL] = "date(2024, 2, 29)",
                                      [PLUS_DAYS] = "(%a + %n days)",
                                      [PLUS_MONTHS] = "(%a + %n months)",
                                      [MINUS_MONTHS] = "(%a - %n months)",
                                      [MONTHS_BY_COLUMN] = "add_months(%a, i)",
                                      [LAST_DAY] = "last_day_of_month(%a)",
                                      [EARLIER] = "min(%a, %b)",
                                      [LATER] = "max(%a, %b)",
                                      [CHOSEN] = "(if b then %a else %b)",
                                      [FIRST_KNOWN] = "coalesce(%a, %b)"};
  for (const char *t = forms[w->part]; *t != '\0'; t++) {
    if (*t != '%')
      buffer_char(out, *t);
    else if (*++t == 'n')
      buffer_format(out, "%d", (int)w->number);
    else
      print(out, *t == 'a' ? w->a : w->b);
  }
}

static int64_t date_value(const fixture *f, const when *w, size_t row) {
  int64_t i = f->columns[I].i64[row], at = f->columns[AT].i64[row];
  if (w->part == DAY_COLUMN) return f->columns[DAY].i64[row];
  if (w->part == DAY_OF_AT) return at == ABSENT ? ABSENT : local_day(at);
  if (w->part == DAY_LITERAL) return 19782;
  if (w->part == CHOSEN) return date_value(f, f->columns[B].i32[row] == 1 ? w->a : w->b, row);
  int64_t a = date_value(f, w->a, row), b = w->b != NULL ? date_value(f, w->b, row) : 0;
  if (w->part == FIRST_KNOWN) return a != ABSENT ? a : b;
  if (a == ABSENT || b == ABSENT) return ABSENT;
  switch (w->part) {
  case PLUS_DAYS:
    return a + w->number;
  case PLUS_MONTHS:
    return shift(a, w->number);
  case MINUS_MONTHS:
    return shift(a, -w->number);
  case MONTHS_BY_COLUMN:
    return i == ABSENT ? ABSENT : shift(a, i);
  case LAST_DAY:
    return last_of_month(a);
  case EARLIER:
    return a < b ? a : b;
  default:
    return a > b ? a : b;
  }
}

/* What is asked of one or two dates. */
typedef struct question {
  const char *form;
  bool pair;
  int64_t (*answer)(int64_t a, int64_t b);
} question;

static int64_t same(int64_t a, int64_t b) {
  (void)b;
  return a;
}
static int64_t year_of(int64_t a, int64_t b) {
  (void)b;
  return civil(a).tm_year + 1900;
}
static int64_t month_day(int64_t a, int64_t b) {
  (void)b;
  return (civil(a).tm_mon + 1) * 100 + civil(a).tm_mday;
}
static int64_t weekday_of(int64_t a, int64_t b) {
  (void)b;
  return civil(a).tm_wday == 0 ? 7 : civil(a).tm_wday;
}
static int64_t quarter_and_day(int64_t a, int64_t b) {
  (void)b;
  return (civil(a).tm_mon / 3 + 1) * 1000 + civil(a).tm_yday + 1;
}
static int64_t week_of(int64_t a, int64_t b) {
  (void)b;
  return week(a);
}
static int64_t length_of_month(int64_t a, int64_t b) {
  (void)b;
  return civil(last_of_month(a)).tm_mday;
}
static int64_t difference(int64_t a, int64_t b) {
  return a - b;
}
static int64_t before(int64_t a, int64_t b) {
  return a < b;
}
static int64_t weeks_later(int64_t a, int64_t b) {
  return a - b > 14;
}
static int64_t within(int64_t a, int64_t b) {
  return a >= b - 30 && a < shift(b, 1);
}
static int64_t same_years(int64_t a, int64_t b) {
  return months_from(a, b) / 12;
}
static int64_t evening(int64_t a,
                       int64_t b) { /* hours from 18:00 of the one to 09:30 of the other */
  return ((b - a) * 24 * 60 + 9 * 60 + 30 - 18 * 60) * 60 > 36 * 3600;
}

static const question questions[] = {
    {"%a", false, same},
    {"year(%a)", false, year_of},
    {"month(%a) * 100 + day(%a)", false, month_day},
    {"weekday(%a)", false, weekday_of},
    {"quarter(%a) * 1000 + day_of_year(%a)", false, quarter_and_day},
    {"week_of_year(%a)", false, week_of},
    {"days_in_month(%a)", false, length_of_month},
    {"%a - %b", true, difference},
    {"days_between(%b, %a)", true, difference},
    {"%a < %b", true, before},
    {"%a - %b > 2 weeks", true, weeks_later},
    {"%a in [%b - 30..%b + 1 month)", true, within},
    {"months_between(%a, %b)", true, months_from},
    {"years_between(%a, %b)", true, same_years},
    {"date_and_time(%b, \"09:30\") - date_and_time(%a, \"18:00\") > 36 hours", true, evening}};

static void ask(buffer *out, const question *q, const when *a, const when *b) {
  for (const char *t = q->form; *t != '\0'; t++) {
    if (*t != '%')
      buffer_char(out, *t);
    else
      print(out, *++t == 'a' ? a : b);
  }
  buffer_text(out, "");
}

static int64_t stored(const column *c, size_t row) {
  if (column_missing(c, row)) return ABSENT;
  return c->i32 != NULL ? c->i32[row] : c->i64[row];
}

static void test_random_dates(void **state) {
  (void)state;
  fixture f;
  fixture_init(&f, ROWS);
  fill(&f);
  for (int k = 0; k < 1500; k++) {
    arena a = {0};
    buffer formula = {0};
    const question *q = &questions[draw(sizeof questions / sizeof *questions)];
    const when *x = grow(&a, k % 3), *y = grow(&a, k % 2);
    ask(&formula, q, x, y);
    expr *code;
    const column *c = run(&f, parse(&f, formula.data), &code);
    for (size_t row = 0; row < ROWS; row += 7) {
      int64_t p = date_value(&f, x, row), r = q->pair ? date_value(&f, y, row) : 0;
      int64_t want = p == ABSENT || r == ABSENT ? ABSENT : q->answer(p, r);
      /* and: what is known to be outside of one bound is outside */
      bool decided = q->answer == within && want == ABSENT;
      if (f.decisions.failed[row] || (!decided && stored(c, row) != want))
        fail_msg("%s: row %zu is %lld, not %lld", formula.data, row, (long long)stored(c, row),
                 (long long)want);
    }
    expr_free(code);
    buffer_deinit(&formula);
    arena_deinit(&a);
    arena_clear(&f.arena);
  }
  fixture_deinit(&f);
}

/* ---- timestamps, words, texts, codes ---- */

typedef struct row_view {
  int64_t at, i;
  int grade; /* -1 missing */
  const char *name, *codes;
} row_view;

static int64_t hour_of(const row_view *r) {
  return r->at == ABSENT ? ABSENT : (r->at + ZONE) % DAY_SECONDS / 3600;
}
static int64_t minutes_of(const row_view *r) {
  return r->at == ABSENT ? ABSENT : (r->at + ZONE) % 3600 / 60 * 100 + r->at % 60;
}
static int64_t month_later(const row_view *r) {
  if (r->at == ABSENT) return ABSENT;
  return shift(local_day(r->at), 1) * DAY_SECONDS + (r->at + ZONE) % DAY_SECONDS - ZONE;
}
static int64_t hours_later(const row_view *r) {
  return r->at == ABSENT || r->i == ABSENT ? ABSENT : r->at + r->i * 3600 - 5400;
}
static int64_t better(const row_view *r) {
  return r->grade < 0 ? ABSENT : r->grade < 2;
}
static int64_t not_among(const row_view *r) {
  return r->grade < 0 ? ABSENT : r->grade != 0 && r->grade != 3;
}
static int64_t begins(const row_view *r) {
  return r->name == NULL ? ABSENT : strncmp(r->name, "百", 3) == 0;
}
static int64_t ends(const row_view *r) {
  size_t n = r->name == NULL ? 0 : strlen(r->name);
  return r->name == NULL ? ABSENT : n >= 4 && strcasecmp(r->name + n - 4, ".pdf") == 0;
}
static int64_t holds(const row_view *r) {
  return r->name == NULL ? ABSENT : strcasestr(r->name, "nn") != NULL;
}
static int64_t characters(const row_view *r) {
  if (r->name == NULL) return ABSENT;
  size_t wide = text_width(r->name, strlen(r->name)), bytes = strlen(r->name);
  return bytes == wide ? (int64_t)bytes : (int64_t)wide / 2; /* all of these are wide, or none */
}
static int64_t second_letter(const row_view *r) {
  return r->name == NULL ? ABSENT
                         : strncmp(r->name, "An", 2) == 0 || strncmp(r->name, "an", 2) == 0;
}
static int64_t counted(const row_view *r) {
  int64_t n = r->codes[0] != '\0';
  for (const char *t = r->codes; *t != '\0'; t++) n += *t == '|';
  return n;
}
static int64_t late(const row_view *r) {
  return strcmp(r->codes, "LATE") == 0 || strncmp(r->codes, "LATE|", 5) == 0;
}
static int64_t capped(const row_view *r) {
  return strstr(r->codes, "CAP") != NULL;
}

static void test_other_values(void **state) {
  (void)state;
  static const struct {
    const char *formula;
    int64_t (*answer)(const row_view *r);
  } cases[] = {{"hour(at)", hour_of},
               {"minute(at) * 100 + second(at)", minutes_of},
               {"at + 1 month", month_later},
               {"at + i * 1 hour - 90 minutes", hours_later},
               {"g better than C", better},
               {"C worse than g", better},
               {"g not in (A, D)", not_among},
               {"starts_with(name, \"百\")", begins},
               {"ends_with(lower_case(name), \".pdf\")", ends},
               {"contains(upper_case(name), \"NN\")", holds},
               {"string_length(name)", characters},
               {"substring(lower_case(name), 2, 1) = \"n\"", second_letter},
               {"count(why)", counted},
               {"LATE in why", late},
               {"CAP in why", capped}};
  fixture f;
  fixture_init(&f, ROWS);
  fill(&f);
  for (size_t k = 0; k < sizeof cases / sizeof *cases; k++) {
    expr *code;
    const column *c = run(&f, parse(&f, cases[k].formula), &code);
    for (size_t row = 0; row < ROWS; row++) {
      const row_view r = {f.columns[AT].i64[row], f.columns[I].i64[row], f.columns[G].i32[row],
                          text_of[row] < 0 ? NULL : texts[text_of[row]], code_texts[codes_of[row]]};
      int64_t want = cases[k].answer(&r);
      if (f.decisions.failed[row] || stored(c, row) != want)
        fail_msg("%s: row %zu is %lld, not %lld", cases[k].formula, row, (long long)stored(c, row),
                 (long long)want);
    }
    expr_free(code);
  }
  fixture_deinit(&f);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_random_dates),
      cmocka_unit_test(test_other_values),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
