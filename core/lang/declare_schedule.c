/* When runs are due: schedule "nightly" { cron = "30 2 * * *", missed = "once", run = { ... } }.
 *
 * Everything that can be wrong with it is told when the pack is loaded, a date that never comes and a
 * time zone that does not exist too. The zone of an archived pack is not looked up: a decision is
 * replayed on machines that may not have it. */
#include "declare.h"

#include <ctype.h>
#include <string.h>
#include "../base/date.h"
#include "../base/duration.h"
#include "reject_limit.h"
#include "schedule.h"

#define DAY 86400
#define NAME_MOST 64

/* ---- when ---- */

static void read_cron(const body *b, pack_schedule *s) {
  error e = {0};
  place at = body_key_at(b, "cron");
  s->kind = SCHEDULE_CRON;
  if (!(s->text = body_string(b, "cron"))) return;
  if (cron_parse(s->text, &s->cron, &e)) {
    declare_error(b->l, at, "cron of %s is \"%s\": %s", b->what, s->text, e.message);
    return;
  }
  static const char *const numbers[] = {"", "first", "second", "third", "fourth", "fifth"};
  static const char *const days[] = {"SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT"};
  const int nth = cron_meant_nth(&s->cron);
  if (nth)
    declare_warning(b->l, at, "either-day",
                    "cron of %s is \"%s\", which comes on each of these days of the month and on "
                    "each of these days of the week, for either is enough; if the %s one of the "
                    "month is meant, write it as %s#%d, and * for the day of the month",
                    b->what, s->text, numbers[nth], days[__builtin_ctz(s->cron.weekdays)], nth);
}

/* The most working days that a month can have, make-up days included. */
static int64_t most_workdays(const pack_calendar *c) {
  int64_t most = 0;
  for (int first = 0; first < 7; first++) {
    int64_t count = 0;
    for (int day = 0; day < 31; day++) count += c->workdays[(first + day) % 7];
    if (count > most) most = count;
  }
  most += (int64_t)c->makeup_count;
  return most < 31 ? most : 31;
}

static void read_time(const body *b, pack_schedule *s) {
  const char *text = body_string(b, "at");
  if (!body_has(b, "at"))
    declare_error(b->l, b->at, "%s does not say at what time of the working day: at = \"02:30\"",
                  b->what);
  if (text && !time_of_day_parse(text, strlen(text), &s->at))
    declare_error(b->l, body_key_at(b, "at"),
                  "at of %s is \"%s\", which must be a time of day such as \"02:30\"", b->what,
                  text);
}

static void read_workday(const body *b, pack_schedule *s) {
  const int64_t most = most_workdays(&b->l->pack->calendar);
  int64_t n = 0;
  s->kind = SCHEDULE_WORKDAY;
  read_time(b, s);
  if (!body_integer(b, "workday", -31, 31, &n)) return;
  s->workday = n;
  if (n == 0)
    declare_error(b->l, body_key_at(b, "workday"),
                  "workday of %s is 0; 1 is the first working day of a month, -1 its last",
                  b->what);
  else if (n > most || n < -most)
    declare_error(b->l, body_key_at(b, "workday"),
                  "workday of %s is %lld, which never comes: no month has more than %lld working "
                  "days; -1 is the last one, whichever it is",
                  b->what, (long long)n, (long long)most);
}

/* A span under a key, between bounds in seconds. False: absent, or a finding. */
static bool read_span(const body *b, const char *key, int64_t most, int64_t *out) {
  const char *text = body_string(b, key);
  char bound[40] = "";
  if (!text) return false;
  if (span_parse(text, out) && *out <= most) return true;
  span_write(bound, most);
  declare_error(b->l, body_key_at(b, key),
                "%s of %s is \"%s\", which must be a time such as \"90s\", \"5m\" or \"1h30m\", of "
                "at most %s",
                key, b->what, text, bound);
  *out = 0;
  return false;
}

static void read_when(const body *b, pack_schedule *s) {
  static const char *const ways[] = {"cron", "workday", "every"};
  const char *first = NULL, *second = NULL;
  for (size_t i = 0; i < 3; i++)
    if (body_has(b, ways[i])) *(first ? &second : &first) = ways[i];
  if (!first)
    declare_error(
        b->l, b->at,
        "%s does not say when: cron = \"30 2 * * *\", or workday = 1 with at = \"02:30\", "
        "or every = \"1h\"",
        b->what);
  if (second)
    declare_error(b->l, body_key_at(b, second),
                  "%s says when in two ways, %s and %s; make two schedules of it", b->what, first,
                  second);
  if (body_has(b, "cron")) read_cron(b, s);
  if (body_has(b, "every")) {
    s->kind = SCHEDULE_EVERY;
    read_span(b, "every", 366LL * DAY, &s->every);
  }
  if (body_has(b, "workday"))
    read_workday(b, s);
  else if (first && body_has(b, "at"))
    declare_error(b->l, body_key_at(b, "at"),
                  "at of %s belongs to workday; with cron the time stands in it: \"30 2 * * *\"",
                  b->what);
}

static void read_timezone(const body *b, pack_schedule *s) {
  char own[32] = "";
  error e = {0};
  region *found = NULL;
  const size_t n = moment_write(own, 0, b->l->pack->zone);
  s->timezone = arena_string_n(&b->l->pack->arena, own + n - 6, 6);
  const char *text = body_string(b, "timezone");
  if (!text) return;
  s->timezone = text;
  if (b->l->archive) return;
  if (region_open(text, &found, &e))
    declare_error(b->l, body_key_at(b, "timezone"), "timezone of %s: %s", b->what, e.message);
  region_close(found);
}

/* ---- what if ---- */

static void read_retries(const body *b, pack_schedule *s) {
  static const char *const waits[] = {"retry_after", "retry_most"};
  s->retry_after = 60;
  body_integer(b, "retries", 0, 100, &s->retries);
  read_span(b, "retry_after", DAY, &s->retry_after);
  s->retry_most = s->retry_after > 1800 ? s->retry_after : 1800;
  read_span(b, "retry_most", DAY, &s->retry_most);
  if (s->retry_most < s->retry_after)
    declare_error(b->l, body_key_at(b, "retry_most"),
                  "retry_most of %s is shorter than retry_after", b->what);
  for (size_t i = 0; i < 2 && !body_has(b, "retries"); i++)
    if (body_has(b, waits[i]))
      declare_error(b->l, body_key_at(b, waits[i]),
                    "%s of %s means something only with retries = 3, which is not given", waits[i],
                    b->what);
}

static void read_policies(const body *b, pack_schedule *s) {
  static const char *const missed[] = {
      [MISSED_ONCE] = "once", [MISSED_SKIP] = "skip", [MISSED_ALL] = "all"};
  static const char *const overlap[] = {
      [OVERLAP_SKIP] = "skip", [OVERLAP_QUEUE] = "queue", [OVERLAP_CANCEL] = "cancel"};
  int word = body_word(b, "missed", COUNTED(missed));
  if (word >= 0) s->missed = (schedule_missed)word;
  word = body_word(b, "overlap", COUNTED(overlap));
  if (word >= 0) s->overlap = (schedule_overlap)word;
  read_span(b, "jitter", DAY, &s->jitter);
  read_span(b, "deadline", 366LL * DAY, &s->deadline);
  read_retries(b, s);
  if (s->every && s->jitter >= s->every)
    declare_error(b->l, body_key_at(b, "jitter"),
                  "jitter of %s must be shorter than every, or runs would overtake each other",
                  b->what);
}

/* ---- run = { ... } ---- */

static void read_params(const body *run, schedule_run *out) {
  body params;
  size_t count;
  if (!body_open_key(run, "params", &params)) return;
  params.what = arena_format(&run->l->pack->arena, "params of %s", run->what);
  body_check(&params, NULL, 0, false);
  body_find_twice(&params, "parameter");
  const named_entry *entries = body_named(&params, &count);
  for (size_t i = 0; i < count; i++) {
    rule_text value = {0};
    if (!body_text(&params, entries[i].name, &value)) continue;
    if (strcmp(entries[i].name, "as_of") == 0)
      declare_error(run->l, entries[i].at,
                    "as_of of %s cannot be set: a scheduled run is as of the time at which it is "
                    "due",
                    run->what);
    else
      *ARENA_PUSH(&run->l->pack->arena, out->params, out->param_count) =
          (struct schedule_param){entries[i].name, value};
  }
  body_close(&params);
}

/* NAME = value pairs; `before`: what stands before each name. */
static void read_settings(const body *b, const char *before, schedule_run *run,
                          plugin_settings *out) {
  arena *a = &b->l->pack->arena;
  size_t count;
  body_check(b, NULL, 0, false);
  const named_entry *entries = body_named(b, &count);
  for (size_t i = 0; i < count; i++) {
    rule_text value = {0};
    if (!body_text(b, entries[i].name, &value)) continue;
    if (run && strcmp(entries[i].name, "plugin") == 0)
      run->plugin = value.text;
    else
      *ARENA_PUSH(a, out->items, out->count) =
          (assay_setting){arena_format(a, "%s%s", before, entries[i].name), NULL, value.text};
  }
}

static void read_source(const body *run, schedule_run *out) {
  body source;
  if (!body_open_key(run, "source", &source)) return;
  source.what = arena_format(&run->l->pack->arena, "source of %s", run->what);
  read_settings(&source, "", out, &out->source);
  body_close(&source);
}

static void read_related(const body *run, schedule_run *out) {
  arena *a = &run->l->pack->arena;
  body lists, list;
  size_t count;
  if (!body_open_key(run, "related", &lists)) return;
  out->related_at = body_key_at(run, "related");
  lists.what = arena_format(a, "related of %s", run->what);
  body_check(&lists, NULL, 0, false);
  const named_entry *entries = body_named(&lists, &count);
  for (size_t i = 0; i < count; i++) {
    if (!body_open_key(&lists, entries[i].name, &list)) continue;
    list.what = arena_format(a, "%s of %s", entries[i].name, lists.what);
    read_settings(&list, arena_format(a, "%s.", entries[i].name), NULL, &out->related);
    body_close(&list);
  }
  body_close(&lists);
}

static void read_run(const body *b, schedule_run *out) {
  static const char *const keys[] = {"max_rejects", "allow_shrink", "keep",   "threads",
                                     "data",        "params",       "source", "related"};
  rule_text most = {0};
  body run;
  out->max_rejects = -1;
  if (!body_open_key(b, "run", &run)) return;
  run.what = arena_format(&b->l->pack->arena, "run of %s", b->what);
  body_check(&run, COUNTED(keys), false);
  if (body_text(&run, "max_rejects", &most) &&
      !reject_limit_parse(most.text, &out->max_rejects, &out->max_rejects_percent))
    declare_error(b->l, most.at,
                  "max_rejects of %s is \"%s\", which must be a number of records (20) or a "
                  "percentage (\"0.5%%\")",
                  run.what, most.text);
  body_flag(&run, "allow_shrink", &out->allow_shrink);
  body_integer(&run, "keep", 1, 1000, &out->keep);
  body_integer(&run, "threads", 1, 64, &out->threads);
  out->data = body_string(&run, "data");
  read_params(&run, out);
  read_source(&run, out);
  read_related(&run, out);
  body_close(&run);
}

/* ---- the whole ---- */

static bool name_fine(const body *b, const char *name) {
  const pack *p = b->l->pack;
  const size_t n = strlen(name);
  bool fine = n > 0 && n <= NAME_MOST;
  for (size_t i = 0; i < n; i++)
    fine = fine && (isalnum((unsigned char)name[i]) || name[i] == '_' || name[i] == '-');
  if (!fine)
    declare_error(b->l, b->at,
                  "the name of a schedule is up to %d letters a-z, digits, _ and -, such as "
                  "\"nightly\"; this one is \"%s\"",
                  NAME_MOST, name);
  for (size_t i = 0; i < p->schedule_count && fine; i++) {
    if (strcmp(p->schedules[i].name, name) != 0) continue;
    declare_error(b->l, b->at, "the schedule \"%s\" stands twice, first at %s:%d", name,
                  p->schedules[i].where.file, p->schedules[i].where.line);
    fine = false;
  }
  return fine;
}

static void fill_schedule(body *b, const char *name) {
  static const char *const keys[] = {"cron",        "workday",    "every",  "at",       "timezone",
                                     "missed",      "overlap",    "jitter", "deadline", "retries",
                                     "retry_after", "retry_most", "run"};
  pack *p = b->l->pack;
  pack_schedule s = {.name = name, .where = b->at};
  declare_after_company(b);
  body_check(b, COUNTED(keys), false);
  body_find_twice(b, "entry");
  read_when(b, &s);
  read_timezone(b, &s);
  read_policies(b, &s);
  read_run(b, &s.run);
  if (name_fine(b, name)) *ARENA_PUSH(&p->arena, p->schedules, p->schedule_count) = s;
}

static int word_schedule(lua_State *L) {
  static const named_word w = {"schedule", fill_schedule};
  return declare_named(L, &w);
}

/* ---- what needs the whole pack ---- */

static void check_param(const loader *l, const pack_schedule *s,
                        const struct schedule_param *given) {
  const pack *p = l->pack;
  const char **names = NULL;
  size_t count = 0;
  for (size_t i = 0; i < p->param_count; i++) {
    *ARENA_PUSH(&l->pack->arena, names, count) = p->params[i].name;
    if (strcmp(p->params[i].name, given->name) != 0) continue;
    if (*given->value.text)
      declare_literal(l, p->params[i].type, &given->value,
                      arena_format(&l->pack->arena, "the parameter \"%s\" of schedule \"%s\"",
                                   given->name, s->name),
                      NULL, NULL);
    return;
  }
  for (size_t i = 0; i < p->step_count; i++) /* a total or cut points that are given */
    if ((p->steps[i].kind == STEP_TOTAL || p->steps[i].kind == STEP_QUANTILES) &&
        strcmp(p->steps[i].name, given->name) == 0)
      return;
  declare_error(l, given->value.at,
                "schedule \"%s\" sets \"%s\", which is no parameter of the pack%s", s->name,
                given->name, declare_meant(l, given->name, names, count));
}

static void check_related(const loader *l, const pack_schedule *s) {
  const pack *p = l->pack;
  const char **names = NULL;
  size_t count = 0;
  for (size_t i = 0; i < p->related_count; i++)
    *ARENA_PUSH(&l->pack->arena, names, count) = p->related[i].name;
  for (size_t i = 0; i < s->run.related.count; i++) {
    const char *setting = s->run.related.items[i].name;
    const char *list = arena_string_n(&l->pack->arena, setting, strcspn(setting, "."));
    bool known = false;
    for (size_t k = 0; k < count; k++) known = known || strcmp(names[k], list) == 0;
    if (!known)
      declare_error(l, s->run.related_at,
                    "schedule \"%s\" sets the source of \"%s\", which is no related "
                    "list of the pack%s",
                    s->name, list, declare_meant(l, list, names, count));
  }
}

void declare_check_schedules(const loader *l) {
  const pack *p = l->pack;
  for (size_t i = 0; i < p->schedule_count; i++) {
    const pack_schedule *s = &p->schedules[i];
    for (size_t k = 0; k < s->run.param_count; k++) check_param(l, s, &s->run.params[k]);
    check_related(l, s);
  }
}

const declaration declare_schedule_words[] = {{"schedule", word_schedule}, {NULL, NULL}};
