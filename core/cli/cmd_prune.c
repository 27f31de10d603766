/* assay prune: forgets what was over before a time, and nothing that a replay within it needs. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "../store/store_keep.h"
#include "cli.h"
#include "size.h"

static const option options[] = {
    {"keep", "TIME", OFFER_NOTHING, NULL, false,
     "what was in force within this time stays: 2y, 18mo, 12w, 90d (needed)"},
    {"dry-run", NULL, OFFER_NOTHING, NULL, false, "only say what would be forgotten"},
    CLI_OPTION_DB,
};

/* Years and months by the calendar, weeks and days as such. False: it is no such time. */
static bool read_time_kept(const char *text, int64_t now, int64_t *before) {
  static const struct {
    const char *name;
    int months, days;
  } units[] = {{"y", 12, 0}, {"mo", 1, 0}, {"w", 0, 7}, {"d", 0, 1}};
  char *end;
  if (*text < '0' || *text > '9') return false;
  const long n = strtol(text, &end, 10);
  for (size_t i = 0; i < sizeof units / sizeof *units; i++) {
    if (strcmp(end, units[i].name) != 0) continue;
    if (n < 1 || n > 36500) return false;
    const int64_t today = moment_date(now, (zone){0}), second = now - today * 86400;
    const int64_t day =
        units[i].months ? date_add_months(today, -n * units[i].months) : today - n * units[i].days;
    *before = day * 86400 + second;
    return day > date_from_civil(1, 1, 1);
  }
  return false;
}

typedef struct listing {
  bool dry;
  size_t told;
} listing;

static error_code each(void *ctx, const store_old_run *r, error *e) {
  listing *l = ctx;
  (void)e;
  if (!l->dry) return ERR_OK;
  printf("run %lld of %s, %s, ended %s, %lld records", (long long)r->id, r->pack, r->status,
         r->finished, (long long)r->records);
  if (r->stored) {
    fputs(", ", stdout);
    size_print(stdout, r->bytes);
  }
  putchar('\n');
  l->told++;
  return ERR_OK;
}

static void sum_up(const store_pruned *p, bool dry) {
  if (!p->runs && !p->delivered) {
    puts("nothing is that old");
    return;
  }
  printf("%s %lld run%s (of %lld the decisions), %lld state%s of rules",
         dry ? "would forget" : "forgot", (long long)p->runs, p->runs == 1 ? "" : "s",
         (long long)p->stored, (long long)p->packs, p->packs == 1 ? "" : "s");
  if (p->delivered)
    printf(", %lld notification%s", (long long)p->delivered, p->delivered == 1 ? "" : "s");
  fputs("; ", stdout);
  size_print(stdout, p->bytes);
  puts(dry ? " would be free for the runs to come" : " are free for the runs to come");
}

static error_code run_prune(cli *c, const arguments *a, error *e) {
  const char *keep = arguments_value(a, "keep");
  listing l = {.dry = arguments_flag(a, "dry-run")};
  store *s = NULL;
  store_pruned p;
  int64_t before;
  (void)c;
  if (!keep)
    return error_set(e, ERR_USAGE, "say how long decisions must stay: assay prune --keep 2y");
  if (!read_time_kept(keep, time(NULL), &before))
    return error_set(
        e, ERR_USAGE,
        "--keep: expected years, months, weeks or days, as 2y, 18mo, 12w or 90d, got %s", keep);
  error_code code = store_open(cli_database(a), STORE_READ, &s, e); /* makes none */
  if (!code && !l.dry) {
    store_close(s);
    code = store_open(cli_database(a), STORE_WRITE, &s, e);
  }
  if (code) return code;
  code = store_prune(s, before, l.dry, each, &l, &p, e);
  if (!code) sum_up(&p, l.dry);
  store_close(s);
  return code;
}

const command command_prune = {
    .name = "prune",
    .arguments = "--keep TIME",
    .summary = "forget what was over long ago",
    .description =
        "Forgets runs that were superseded before the time that is to be kept, with their "
        "decisions, "
        "runs that were never published and ended before it, and archived rules that no other run "
        "is "
        "of. What was in force at any moment within the time stays, with the rules that a replay "
        "needs, and so does every published run, however old. Works beside runs and the service. "
        "The file does not shrink: its room is used by the runs to come.",
    .options = options,
    .option_count = sizeof options / sizeof *options,
    .least = 0,
    .most = 0,
    .offer = OFFER_NOTHING,
    .run = run_prune,
};
