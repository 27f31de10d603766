/* assay schedule: when the runs of a pack are due, in local time and UTC. Asks no store and no service. */
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "../base/date.h"
#include "../base/duration.h"
#include "../base/text.h"
#include "../serve/timetable.h"
#include "cli.h"

static const option options[] = {
    {"next", "N", OFFER_NOTHING, NULL, false, "how many due times of each schedule; by default 5"},
    {"from", "T", OFFER_NOTHING, NULL, false,
     "those after this moment, as 2026-03-28T15:00:00+08:00; by default after now"},
    {"json", NULL, OFFER_NOTHING, NULL, false, "one JSON object"},
};

typedef struct listing {
  const pack *pack;
  int64_t from;
  long long count;
  buffer out;
} listing;

static void write_span(buffer *out, const char *before, int64_t seconds) {
  char span[40] = "";
  span[span_write(span, seconds)] = 0;
  buffer_format(out, "%s%s", before, span);
}

/* "2026-03-29T02:30:00+02:00" */
static const char *local_text(const region *r, int64_t moment, char *out) {
  out[region_write(out, r, moment)] = 0;
  return out;
}

static const char *utc_text(int64_t moment, char *out) {
  moment_write(out, moment, (zone){0});
  memcpy(out + 19, "Z", 2); /* in place of +00:00 */
  return out;
}

/* What is odd about a due time; empty: nothing. */
static void write_note(buffer *out, const timetable *t, const pack *p, const due_time *d) {
  char text[32] = "";
  moment_write(text, d->local, (zone){0});
  if (d->kind == LOCAL_SKIPPED)
    buffer_format(out, "%.8s is skipped by daylight saving: the first moment after it", text + 11);
  if (d->kind == LOCAL_TWICE)
    buffer_format(out, "%.8s comes twice: the %s time", text + 11,
                  region_reached(timetable_region(t), d->local, NULL) == d->at ? "first"
                                                                               : "second");
  if (!d->beyond_calendar) return;
  date_write(text, p->calendar.until);
  buffer_format(out, "%sthe calendar ends with %.10s: the holidays are not known yet",
                out->size ? "; " : "", text);
}

/* ---- for people ---- */

static const char *const missed[] = {
    [MISSED_ONCE] = "once", [MISSED_SKIP] = "skip", [MISSED_ALL] = "all"};
static const char *const overlap[] = {
    [OVERLAP_SKIP] = "skip", [OVERLAP_QUEUE] = "queue", [OVERLAP_CANCEL] = "cancel"};

static void print_head(listing *l, const pack_schedule *s, const timetable *t) {
  buffer *b = &l->out;
  buffer_format(b, "%s: %s; missed %s, overlap %s", s->name, timetable_text(t), missed[s->missed],
                overlap[s->overlap]);
  if (s->jitter) write_span(b, ", jitter up to ", s->jitter);
  if (s->retries) {
    buffer_format(b, ", %lld retr%s", (long long)s->retries, s->retries == 1 ? "y" : "ies");
    write_span(b, " after ", s->retry_after);
    write_span(b, " to ", s->retry_most);
  }
  if (s->deadline) write_span(b, ", deadline ", s->deadline);
  buffer_char(b, '\n');
}

static void print_due(listing *l, const pack_schedule *s, const timetable *t, const due_time *d) {
  static const char *const days[] = {"Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"};
  char local[32] = "", utc[32] = "", start[32] = "";
  buffer note = {0};
  const region *r = timetable_region(t);
  local_text(r, d->at, local);
  const int64_t date = moment_date(d->at, (zone){region_offset(r, d->at)});
  buffer_format(&l->out, "  %s %.10s %.8s %s  %s", days[date_weekday(date) - 1], local, local + 11,
                local + 19, utc_text(d->at, utc));
  if (s->jitter)
    buffer_format(&l->out, "  starts %.8s", local_text(r, timetable_start(t, d->at), start) + 11);
  write_note(&note, t, l->pack, d);
  if (note.size) buffer_format(&l->out, "  %.*s", (int)note.size, note.data);
  buffer_char(&l->out, '\n');
  buffer_deinit(&note);
}

static void print_schedule(listing *l, const pack_schedule *s, const timetable *t) {
  due_time d = {.at = l->from};
  print_head(l, s, t);
  for (long long i = 0; i < l->count && timetable_next(t, d.at, &d); i++) print_due(l, s, t, &d);
}

/* ---- for programs ---- */

static void json_text(buffer *b, const char *name, const char *text) {
  buffer_format(b, "\"%s\":", name);
  text_json(b, text, strlen(text));
}

static void json_due(listing *l, const timetable *t, const due_time *d, bool first) {
  char text[32] = "";
  buffer note = {0};
  buffer *b = &l->out;
  buffer_text(b, first ? "{" : ",{");
  json_text(b, "due", local_text(timetable_region(t), d->at, text));
  buffer_char(b, ',');
  json_text(b, "utc", utc_text(d->at, text));
  buffer_char(b, ',');
  json_text(b, "starts", local_text(timetable_region(t), timetable_start(t, d->at), text));
  write_note(&note, t, l->pack, d);
  buffer_text(b, ",\"note\":");
  if (note.size)
    text_json(b, note.data, note.size);
  else
    buffer_text(b, "null");
  buffer_char(b, '}');
  buffer_deinit(&note);
}

static void json_schedule(listing *l, const pack_schedule *s, const timetable *t) {
  due_time d = {.at = l->from};
  buffer *b = &l->out;
  buffer_char(b, '{');
  json_text(b, "name", s->name);
  buffer_char(b, ',');
  json_text(b, "times", timetable_text(t));
  buffer_char(b, ',');
  json_text(b, "timezone", s->timezone);
  buffer_format(b,
                ",\"missed\":\"%s\",\"overlap\":\"%s\",\"jitter\":%lld,\"retries\":%lld,"
                "\"retry_after\":%lld,\"retry_most\":%lld,\"deadline\":",
                missed[s->missed], overlap[s->overlap], (long long)s->jitter, (long long)s->retries,
                (long long)s->retry_after, (long long)s->retry_most);
  if (s->deadline)
    buffer_format(b, "%lld", (long long)s->deadline);
  else
    buffer_text(b, "null");
  buffer_text(b, ",\"next\":[");
  for (long long i = 0; i < l->count && timetable_next(t, d.at, &d); i++)
    json_due(l, t, &d, i == 0);
  buffer_text(b, "]}");
}

/* ---- the whole ---- */

static error_code no_schedule(const pack *p, const char *name, error *e) {
  arena a = {0};
  const char **names = arena_array(&a, p->schedule_count + 1, sizeof *names);
  buffer shown = {0};
  for (size_t i = 0; i < p->schedule_count; i++) names[i] = p->schedules[i].name;
  text_printable(&shown, name, strlen(name), 60);
  buffer_char(&shown, 0);
  const char *near = text_suggest(shown.data, names, p->schedule_count);
  error_set(e, ERR_NOT_FOUND, "the pack %s has no schedule %s%s%s%s", p->name, shown.data,
            near ? "; did you mean " : "", near ? near : "", near ? "?" : "");
  buffer_deinit(&shown);
  arena_deinit(&a);
  return ERR_NOT_FOUND;
}

static error_code list(listing *l, const char *only, bool json, error *e) {
  const pack *p = l->pack;
  size_t told = 0;
  if (json) buffer_text(&l->out, "{"), json_text(&l->out, "pack", p->name);
  if (json) buffer_text(&l->out, ",\"schedules\":[");
  for (size_t i = 0; i < p->schedule_count; i++) {
    const pack_schedule *s = &p->schedules[i];
    timetable *t;
    if (only && strcmp(s->name, only) != 0) continue;
    if (timetable_open(p, s, &t, e)) return e->code;
    if (told++) buffer_char(&l->out, json ? ',' : '\n');
    if (json)
      json_schedule(l, s, t);
    else
      print_schedule(l, s, t);
    timetable_close(t);
  }
  if (only && !told) return no_schedule(p, only, e);
  if (json)
    buffer_text(&l->out, "]}\n");
  else if (!told)
    buffer_format(&l->out,
                  "%s has no schedule; one in its company.lua is schedule \"nightly\" { cron = "
                  "\"30 2 * * *\" }\n",
                  p->name);
  return ERR_OK;
}

static error_code run_schedule(cli *c, const arguments *a, error *e) {
  const char *from = arguments_value(a, "from");
  pack *p = NULL;
  listing l = {.from = (int64_t)time(NULL)};
  if (from && !moment_parse(from, strlen(from), &l.from))
    return error_set(e, ERR_USAGE, "--from: expected a moment such as 2026-03-28T15:00:00+08:00");
  error_code code = arguments_number(a, "next", 1, 10000, 5, &l.count, e);
  if (!code) code = cli_load_pack(c, a->words[0], &p, e);
  if (code) return code;
  l.pack = p;
  code = list(&l, a->word_count > 1 ? a->words[1] : NULL, arguments_flag(a, "json"), e);
  if (!code) fwrite(l.out.data, 1, l.out.size, stdout);
  buffer_deinit(&l.out);
  pack_free(p);
  return code;
}

const command command_schedule = {
    .name = "schedule",
    .arguments = "PACK [SCHEDULE]",
    .summary = "when the pack's runs are due, in local time and UTC",
    .description =
        "Prints the coming due times of each schedule that company.lua declares, by the schedule's "
        "clock and in UTC, when a run starts that has a jitter, and what is odd about a due time: "
        "a "
        "time of day that daylight saving skips or that comes twice, a working day beyond the end "
        "of the calendar.",
    .options = options,
    .option_count = sizeof options / sizeof *options,
    .least = 1,
    .most = 2,
    .offer = OFFER_PACK,
    .run = run_schedule,
};
