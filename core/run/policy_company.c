/* What stands at the head of a policy (who, which version, the calendar, its state) and at its end: the
 * files of the version and the room for signatures. */
#include <string.h>

#include "../base/duration.h"
#include "../lang/schedule.h"
#include "policy_parts.h"

/* ---- the calendar ---- */

static const char *weekdays(const policy *p) {
  const char *all = "";
  size_t n = 0;
  for (int i = 0; i < 7; i++) {
    if (!p->pack->calendar.workdays[i]) continue;
    all = arena_format(p->arena, "%s%s%s", all, n++ ? ", " : "",
                       doc_say(p, (policy_word)(P_MON + i)));
  }
  return n == 7 ? doc_say(p, P_EVERY_DAY) : all;
}

/* Days that follow each other as one range. */
static const char *days_text(const policy *p, const int64_t *days, size_t count) {
  const char *all = "";
  for (size_t i = 0; i < count;) {
    size_t last = i;
    while (last + 1 < count && days[last + 1] == days[last] + 1) last++;
    all = arena_format(p->arena, last > i ? "%s%s%s … %s" : "%s%s%s", all, i ? ", " : "",
                       doc_date(p, days[i]), doc_date(p, days[last]));
    i = last + 1;
  }
  return all;
}

/* "+08:00" */
static const char *zone_text(const policy *p) {
  const int32_t offset = p->pack->zone.offset, size = offset < 0 ? -offset : offset;
  return arena_format(p->arena, "UTC%c%02d:%02d", offset < 0 ? '-' : '+', size / 3600,
                      size / 60 % 60);
}

/* ---- when it runs ---- */

/* Its time of day, if it comes once each day; -1: it does not. */
static int32_t daily_time(const cron *c) {
  const uint32_t months = 0x1ffe, hours = c->hours;
  if (!c->any_day || !c->any_weekday || c->months != months || c->seconds != 1) return -1;
  if (__builtin_popcount(hours) != 1 || __builtin_popcountll(c->minutes) != 1) return -1;
  return __builtin_ctz(hours) * 3600 + __builtin_ctzll(c->minutes) * 60;
}

static const char *times_text(const policy *p, const pack_schedule *s) {
  const char *at = doc_time(p, s->at);
  char span[40] = "";
  switch (s->kind) {
  case SCHEDULE_CRON:
    if (daily_time(&s->cron) >= 0)
      return doc_sayf(p, P_RUNS_DAILY, doc_time(p, daily_time(&s->cron)));
    return doc_sayf(p, P_RUNS_CRON, doc_escape(p, s->text));
  case SCHEDULE_WORKDAY:
    if (s->workday == -1) return doc_sayf(p, P_RUNS_LAST_WORKDAY, at);
    if (s->workday < 0) return doc_sayf(p, P_RUNS_WORKDAY_BACK, (long long)-s->workday, at);
    return doc_sayf(p, P_RUNS_WORKDAY, (long long)s->workday, at);
  case SCHEDULE_EVERY:
    span_write(span, s->every);
    return doc_sayf(p, P_RUNS_EVERY, span);
  }
  return "";
}

/* "nightly: each day at 02:30 (Asia/Shanghai)", one a line. */
static const char *runs_text(const policy *p) {
  const char *all = "";
  for (size_t i = 0; i < p->pack->schedule_count; i++) {
    const pack_schedule *s = &p->pack->schedules[i];
    all = arena_format(p->arena, "%s%s%s: %s (%s)", all, i ? "<br>" : "", doc_escape(p, s->name),
                       times_text(p, s), doc_escape(p, s->timezone));
  }
  return all;
}

/* ---- the state ---- */

static const char *state_text(const policy *p) {
  const policy_options *o = p->o;
  const char *text = doc_say(p, P_STATE_NO_TESTS);
  size_t passed = 0;
  for (size_t i = 0; i < o->outcome_count; i++) passed += o->outcomes[i].passed;
  if (o->outcome_count) text = doc_sayf(p, P_STATE_TESTS, passed, o->outcome_count);
  if (o->coverage) {
    const coverage_totals sums = coverage_count(o->coverage);
    text = arena_format(p->arena, "%s · %s", text,
                        doc_sayf(p, P_STATE_COVERAGE, coverage_percent(&sums)));
  }
  return arena_format(
      p->arena, "%s · %s", text,
      doc_sayf(p, P_STATE_FINDINGS, o->findings ? o->findings->count - o->findings->waived : 0));
}

static const char *title_of(const policy *p) {
  const pack *k = p->pack;
  const char *title = p->chinese && k->title_zh ? k->title_zh : k->title ? k->title : k->name;
  return doc_escape(p, title);
}

static const char *as_of_text(const policy *p) {
  char text[32];
  const size_t n = moment_write(text, p->plan->as_of, p->pack->zone);
  return arena_string_n(p->arena, text, n);
}

void policy_head(policy *p) {
  const pack *k = p->pack;
  const pack_calendar *c = &k->calendar;
  const char *hash = arena_format(p->arena, "<code class=\"hash\">%s</code>", k->hash);
  doc_putf(p, "<header>\n<h1>%s</h1>\n<p class=\"lead\">%s</p>\n<table class=\"facts\"><tbody>\n",
           doc_sayf(p, P_TITLE, title_of(p)), doc_say(p, P_LEAD));
  doc_fact(p, P_PACK, doc_escape(p, k->name));
  doc_fact(p, P_VERSION, hash);
  doc_fact(p, P_AS_OF, as_of_text(p));
  doc_fact(p, P_IN_FORCE, doc_period(p, &k->effective));
  doc_fact(p, P_STATE, state_text(p));
  doc_fact(p, P_SIZE,
           doc_sayf(p, P_SIZE_TEXT, k->schema.count - k->related_count, k->related_count,
                    k->step_count, k->output_count));
  doc_fact(p, P_CURRENCY, doc_escape(p, k->currency));
  doc_fact(p, P_ZONE, zone_text(p));
  doc_fact(p, P_WORKDAYS, weekdays(p));
  doc_fact(p, P_HOURS,
           arena_format(p->arena, "%s–%s", doc_time(p, c->opens), doc_time(p, c->closes)));
  doc_fact(p, P_HOLIDAYS, days_text(p, c->holidays, c->holiday_count));
  doc_fact(p, P_MAKEUPS, days_text(p, c->makeups, c->makeup_count));
  if (c->ends) doc_fact(p, P_CALENDAR_ENDS, doc_date(p, c->until));
  doc_fact(p, P_RUNS, runs_text(p));
  doc_fact(p, P_SOURCE, doc_escape(p, k->source.plugin));
  doc_put(p, "</tbody></table>\n</header>\n");
}

/* ---- the end ---- */

static void put_files(policy *p) {
  doc_heading(p, "files", doc_say(p, P_FILES));
  doc_put(p, "<table>");
  doc_head(p, P_FILE, P_BYTES, POLICY_WORD_COUNT);
  for (size_t i = 0; i < p->pack->file_count; i++) {
    doc_put(p, "<tr>");
    doc_cell(p, doc_escape(p, p->pack->files[i].name));
    doc_number_cell(p, arena_format(p->arena, "%zu", p->pack->files[i].size));
    doc_put(p, "</tr>\n");
  }
  doc_put(p, "</tbody></table>\n");
}

void policy_approval(policy *p) {
  put_files(p);
  doc_put(p, "<section class=\"sign\">\n");
  doc_heading(p, "approval", doc_say(p, P_SIGN));
  doc_putf(p, "<p>%s</p>\n<table class=\"facts\"><tbody>\n", doc_say(p, P_SIGN_TEXT));
  doc_fact(p, P_PACK, doc_escape(p, p->pack->name));
  doc_fact(p, P_VERSION, arena_format(p->arena, "<code class=\"hash\">%s</code>", p->pack->hash));
  doc_fact(p, P_AS_OF, as_of_text(p));
  doc_put(p, "</tbody></table>\n<table class=\"wide signatures\">");
  doc_head(p, P_SIGN_NAME, P_SIGN_ROLE, P_SIGN_DATE, P_SIGNATURE, POLICY_WORD_COUNT);
  for (int i = 0; i < 3; i++) doc_put(p, "<tr><td></td><td></td><td></td><td></td></tr>\n");
  doc_put(p, "</tbody></table>\n</section>\n");
}
