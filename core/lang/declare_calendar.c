/* The company's calendar: opening hours, the days of the week that are worked, holidays and make-up
 * working days (调休), written in company { ... } or in a CSV file beside it. What a working day
 * means for a date is counted by eval/calendar. */
#include "declare.h"

#include <stdlib.h>
#include <string.h>
#include "sheet.h"

#define RANGE_MOST 400 /* days */

/* One exception, with the place that names it. */
typedef struct special_day {
  int64_t date;
  bool makeup;
  place at;
  size_t order; /* as written: of two alike the later is the mistake */
} special_day;

typedef struct special_days {
  size_t count;
  special_day *items;
} special_days;

/* ---- hours and days of the week ---- */

bool declare_hour(const char *s, int32_t *out) {
  if (strlen(s) != 5 || s[2] != ':') return false;
  for (int i = 0; i < 5; i++)
    if (i != 2 && (s[i] < '0' || s[i] > '9')) return false;
  int hour = (s[0] - '0') * 10 + s[1] - '0', minute = (s[3] - '0') * 10 + s[4] - '0';
  *out = hour * 3600 + minute * 60;
  return hour < 24 && minute < 60;
}

static void read_hour(const body *b, const char *key, int32_t preset, int32_t *out) {
  const char *text = body_string(b, key);
  *out = preset;
  if (text && !declare_hour(text, out))
    declare_error(b->l, body_key_at(b, key),
                  "%s is \"%s\", which must be a time of day from \"00:00\" to "
                  "\"23:59\"",
                  key, text);
}

static void read_workdays(const body *b, pack_calendar *c) {
  static const char *const days[] = {"mon", "tue", "wed", "thu", "fri", "sat", "sun"};
  int type = body_push_key(b, "workdays");
  lua_pop(b->L, 1);
  for (int i = 0; i < 7; i++) c->workdays[i] = type == LUA_TNIL ? i < 5 : type == LUA_TSTRING;
  if (type == LUA_TNIL) return;
  if (type == LUA_TSTRING) {
    static const char *const words[] = {"calendar"};
    body_word(b, "workdays", COUNTED(words));
    return;
  }
  const char **names = NULL;
  size_t count = 0;
  body_strings(b, "workdays", &count, &names);
  for (size_t i = 0; i < count; i++) {
    bool known = false;
    for (int d = 0; d < 7; d++)
      if (strcmp(days[d], names[i]) == 0) known = c->workdays[d] = true;
    if (!known)
      declare_error(b->l, body_key_at(b, "workdays"), "\"%s\" is no day of the week; they are %s%s",
                    names[i], declare_choices(b->l, COUNTED(days)),
                    declare_meant(b->l, names[i], COUNTED(days)));
  }
  if (!count)
    declare_error(b->l, body_key_at(b, "workdays"),
                  "workdays names no day: { \"mon\", \"tue\" }, or "
                  "\"calendar\" for every day of the calendar");
}

/* ---- holidays and make-up days ---- */

/* "2025-01-28", or a range "2025-01-28..2025-02-04". `where`: holidays, or the file's column. */
static void add_days(loader *l, special_days *s, const char *text, bool makeup, const char *where,
                     place at) {
  size_t n = strlen(text);
  int64_t from, to;
  bool range = n == 22 && memcmp(text + 10, "..", 2) == 0;
  bool ok = date_parse(text, range ? 10 : n, &from);
  if (ok && range)
    ok = date_parse(text + 12, 10, &to);
  else
    to = from;
  if (!ok) {
    declare_error(l, at,
                  "\"%s\" in %s is no day that exists (\"2025-10-01\") "
                  "nor a range of them (\"2025-10-01..2025-10-08\")",
                  text, where);
  } else if (to < from || to - from > RANGE_MOST) {
    declare_error(l, at, "the range \"%s\" in %s %s", text, where,
                  to < from ? "ends before it begins" : "is longer than 400 days");
  } else {
    for (; from <= to; from++) {
      special_day *d = ARENA_PUSH(&l->pack->arena, s->items, s->count);
      *d = (special_day){from, makeup, at, s->count};
    }
  }
}

static void read_list(const body *b, const char *key, bool makeup, special_days *s) {
  body list;
  if (!body_open_key(b, key, &list)) return;
  list.what = key;
  body_check(&list, body_no_keys, 0, true);
  for (int i = 1; i <= body_count(&list); i++) {
    const char *text = body_item_string(&list, i, "a day");
    if (text) add_days(b->l, s, text, makeup, key, body_item_at(&list, i));
  }
  body_close(&list);
}

static void set_until(loader *l, const char *text, place at) {
  pack_calendar *c = &l->pack->calendar;
  int64_t day;
  if (!date_parse(text, strlen(text), &day)) {
    declare_error(l, at,
                  "\"%s\" is no day that exists, such as \"2025-12-31\": it is the last day "
                  "that the calendar knows",
                  text);
  } else if (c->ends) {
    declare_error(l, at, "the end of the calendar is said twice, first at %s:%d", c->at.file,
                  c->at.line);
  } else {
    c->ends = true;
    c->until = day;
    c->at = at;
  }
}

/* ---- calendar.csv: date,kind,note ---- */

static bool read_head(loader *l, const char *file, const sheet *s) {
  const sheet_row *head = s->count ? &s->rows[0] : NULL;
  if (head && head->count >= 2 && head->count <= 3 && strcmp(head->cells[0], "date") == 0 &&
      strcmp(head->cells[1], "kind") == 0 &&
      (head->count == 2 || strcmp(head->cells[2], "note") == 0))
    return true;
  declare_error(l, (place){file, head ? head->line : 1},
                "the first line must be the header date,kind,note");
  return false;
}

static void read_day(loader *l, const char *file, const sheet_row *row, special_days *s) {
  static const char *const kinds[] = {"holiday", "makeup", "end"};
  place at = {file, row->line};
  const char *kind = row->count > 1 ? row->cells[1] : "";
  size_t k = 0;
  while (k < 3 && strcmp(kinds[k], kind) != 0) k++;
  for (size_t i = 3; i < row->count; i++)
    if (*row->cells[i])
      declare_error(l, at, "the cell \"%s\" stands under no header", row->cells[i]);
  if (k == 3)
    declare_error(l, at, "the kind of a day is \"%s\", which must be %s%s", kind,
                  declare_choices(l, kinds, 3), declare_meant(l, kind, kinds, 3));
  else if (k == 2)
    set_until(l, row->cells[0], at);
  else
    add_days(l, s, row->cells[0], k == 1, "date", at);
}

static void read_file(const body *b, special_days *s) {
  loader *l = b->l;
  const char *name = body_string(b, "calendar");
  if (!name) return;
  const pack_file *f = pack_read(l, name, body_key_at(b, "calendar"), false);
  sheet rows;
  if (!f) return;
  const char *file = arena_format(&l->pack->arena, "%s/%s", l->folder, f->name);
  if (!sheet_read(&l->pack->arena, file, f->data, f->size, &rows, l->out)) return;
  if (!read_head(l, file, &rows)) return;
  for (size_t i = 1; i < rows.count; i++) read_day(l, file, &rows.rows[i], s);
  if (rows.count < 2) declare_error(l, (place){file, 1}, "the calendar names no day");
}

/* ---- the whole ---- */

static int by_day(const void *a, const void *b) {
  const special_day *x = a, *y = b;
  if (x->date != y->date) return x->date < y->date ? -1 : 1;
  return (x->order > y->order) - (x->order < y->order);
}

static void check_twice(const loader *l, const special_day *first, const special_day *again) {
  char day[11] = "";
  date_write(day, again->date);
  if (first->makeup != again->makeup)
    declare_error(l, again->at, "the day %s is both a holiday and a make-up working day", day);
  else
    declare_error(l, again->at, "the %s %s stands twice, first at %s:%d",
                  again->makeup ? "make-up day" : "holiday", day, first->at.file, first->at.line);
}

static void keep_days(const loader *l, special_days *s) {
  pack_calendar *c = &l->pack->calendar;
  arena *a = &l->pack->arena;
  if (s->count) qsort(s->items, s->count, sizeof *s->items, by_day);
  for (size_t i = 0; i < s->count; i++) {
    const special_day *d = &s->items[i];
    char day[11] = "";
    date_write(day, d->date);
    if (i && d[-1].date == d->date) {
      check_twice(l, d - 1, d);
    } else if (d->makeup) {
      *ARENA_PUSH(a, c->makeups, c->makeup_count) = d->date;
      if (c->workdays[date_weekday(d->date) - 1])
        declare_warning(l, d->at, "no-effect", "the make-up day %s is a working day anyway", day);
    } else {
      *ARENA_PUSH(a, c->holidays, c->holiday_count) = d->date;
    }
    if (c->ends && d->date > c->until)
      declare_error(l, d->at, "the day %s lies behind the end of the calendar (%s:%d)", day,
                    c->at.file, c->at.line);
  }
}

/* Calendars are published by the year: one that does not say its end knows the year of its last
 * day. */
static void guess_until(pack_calendar *c, const special_days *s) {
  if (c->ends || !s->count) return;
  const special_day *last = &s->items[s->count - 1];
  int year, month, day;
  date_to_civil(last->date, &year, &month, &day);
  c->ends = true;
  c->until = date_from_civil(year, 12, 31);
  c->at = last->at;
}

void declare_calendar(const body *b) {
  pack_calendar *c = &b->l->pack->calendar;
  special_days days = {0};
  read_hour(b, "opens", 9 * 3600, &c->opens);
  read_hour(b, "closes", 18 * 3600, &c->closes);
  if (c->closes <= c->opens)
    declare_error(b->l, body_key_at(b, "closes"), "the company closes before it opens");
  read_workdays(b, c);
  read_list(b, "holidays", false, &days);
  read_list(b, "makeup", true, &days);
  const char *until = body_string(b, "calendar_until");
  if (until) set_until(b->l, until, body_key_at(b, "calendar_until"));
  read_file(b, &days);
  keep_days(b->l, &days);
  guess_until(c, &days);
}
