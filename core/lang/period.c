/* Reading and telling effective dates. */
#include "period.h"

#include <string.h>

static void open_period(pack_period *p, place at) {
  if (!p->given) *p = (pack_period){true, INT64_MIN, INT64_MAX, at};
}

static bool day_read(const loader *l, place at, const char *what, const char *end, const char *text,
                     int64_t *out) {
  if (date_parse(text, strlen(text), out)) return true;
  declare_error(l, at, "%s of %s is \"%s\", which is no day that exists; write it as 2025-01-31",
                end, what, text);
  return false;
}

static void read_end(const body *b, const char *end, pack_period *out) {
  const char *text = body_string(b, end);
  int64_t day;
  if (!text) return;
  open_period(out, b->at);
  if (!day_read(b->l, body_key_at(b, end), b->what, end, text, &day)) return;
  if (strcmp(end, "from") == 0)
    out->from = day;
  else
    out->to = day;
}

void period_check(const loader *l, const pack_period *p, const char *what) {
  if (p->given && p->from > p->to)
    declare_error(l, p->at, "%s ends before it begins: to lies before from", what);
}

void period_read(const body *b, pack_period *out) {
  read_end(b, "from", out);
  read_end(b, "to", out);
  period_check(b->l, out, b->what);
}

void period_read_key(const body *b, pack_period *out) {
  static const char *const keys[] = {"from", "to"};
  body dates;
  if (!body_open_key(b, "effective", &dates)) return;
  dates.what = arena_format(&b->l->pack->arena, "effective of %s", b->what);
  body_check(&dates, COUNTED(keys), false);
  period_read(&dates, out);
  if (!body_has(&dates, "from") && !body_has(&dates, "to"))
    declare_error(b->l, dates.at,
                  "%s says neither from nor to: effective = { from = \"2025-01-01\", to = "
                  "\"2025-12-31\" }, or one of them",
                  dates.what);
  body_close(&dates);
}

void period_read_cell(const loader *l, place at, const char *end, const char *text,
                      pack_period *out) {
  int64_t day;
  if (!text || !*text || strcmp(text, "-") == 0) return;
  open_period(out, at);
  if (!day_read(l, at, "this row", end, text, &day)) return;
  if (strcmp(end, "from") == 0)
    out->from = day;
  else
    out->to = day;
}

bool period_holds(const pack_period *p, int64_t day) {
  return !p->given || (day >= p->from && day <= p->to);
}

void period_describe(const pack_period *p, buffer *out) {
  char from[16] = "", to[16] = "";
  bool begins = p->given && p->from != INT64_MIN, ends = p->given && p->to != INT64_MAX;
  if (begins) from[date_write(from, p->from)] = '\0';
  if (ends) to[date_write(to, p->to)] = '\0';
  if (begins && ends)
    buffer_format(out, "%s..%s", from, to);
  else if (begins)
    buffer_format(out, "from %s", from);
  else if (ends)
    buffer_format(out, "until %s", to);
  else
    buffer_text(out, "always");
}
