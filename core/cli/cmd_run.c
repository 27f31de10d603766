/* assay run: grades the source of a pack and publishes the result. */
#include "../run/previous.h"
#include "../run/run.h"
#include "../store/store_jobs.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "../base/text.h"
#include "../lang/reject_limit.h"
#include "../serve/instance.h"
#include "against.h"
#include "cli.h"
#include "hand_over.h"
#include "page.h"
#include "params.h"
#include "progress.h"
#include "../run/scratch.h"

#define KEEP_RUNS 2

static const option options[] = {
    {"as-of", "T", OFFER_NOTHING, NULL, false,
     "the moment to grade for, as 2025-09-26T15:00:00+08:00; by default that of --params, then "
     "now"},
    {"data", "DIR", OFFER_FOLDER, NULL, false,
     "where relative source paths start; by default the pack's folder"},
    CLI_OPTION_DB,
    {"source", "NAME=VALUE", OFFER_NOTHING, NULL, true,
     "a setting of the source, over the pack's; plugin=NAME takes another plugin, and none of the "
     "pack's settings"},
    {"related", "LIST.NAME=VALUE", OFFER_NOTHING, NULL, true,
     "the same for the source of a related list: orders.path=late.csv"},
    {"params", "FILE", OFFER_FILE, NULL, false, "rows name,value; as_of is one of them"},
    {"param", "NAME=VALUE", OFFER_NOTHING, NULL, true, "one parameter, over those of --params"},
    {"threads", "N", OFFER_NOTHING, NULL, false,
     "threads that evaluate; by default by the CPUs. The result is the same for any number"},
    {"dry-run", NULL, OFFER_NOTHING, NULL, false,
     "grade into a scratch store, print the report, publish nothing"},
    {"against", "current|N", OFFER_NOTHING, NULL, false,
     "compare a dry run with the published run, or the stored run N: what the change would do; "
     "implies --dry-run"},
    {"limit", "N", OFFER_NOTHING, NULL, false, "only the first N records; implies --dry-run"},
    {"max-rejects", "N|N%", OFFER_NOTHING, NULL, false,
     "stop, with nothing published, when more records are refused; a percentage is judged from "
     "1,000 records on and at the end"},
    {"allow-shrink", NULL, OFFER_NOTHING, NULL, false,
     "publish even if the source has fewer than half of the last run's records"},
    {"ok-rejects", NULL, OFFER_NOTHING, NULL, false,
     "exit code 0 also when records were refused or rules failed"},
    {"json", NULL, OFFER_NOTHING, NULL, false,
     "one JSON object an event on stdout, instead of progress and report"},
    {"quiet", NULL, OFFER_NOTHING, NULL, false, "no progress, only the report"},
    {"keep", "N", OFFER_NOTHING, NULL, false, "published runs to keep; by default 2"},
    {"kernels", "NAME", OFFER_WORDS, "portable|avx2|avx512", false,
     "evaluate with these kernels; by default the best of this CPU. The result is the same"},
    CLI_OPTION_PLUGINS,
    CLI_OPTION_LANG,
};

/* The number of the signal that came, for this process; a handler can reach nothing else. */
static volatile int stop_signal;

static void on_signal(int number) {
  stop_signal = number;
}

/* Heard once: a second signal ends the process at once, which harms nothing either. */
static void listen(bool on) {
  struct sigaction action = {.sa_flags = (int)SA_RESETHAND};
  action.sa_handler = on ? on_signal : SIG_DFL;
  sigaction(SIGINT, &action, NULL);
  sigaction(SIGTERM, &action, NULL);
}

typedef struct job {
  cli *cli;
  const arguments *a;
  params params;
  pack *pack;
  plan *plan;
  plugin_host *plugins;
  plugin_settings settings, related;
  const char *plugin;
  scratch scratch; /* of a dry run */
  against against; /* what it is compared with */
  const char *database;
  store *store;
  instance *instance;      /* of a run that is made here and published */
  instance_holder service; /* else who has the database */
  run_options options;
  run_result result;
  progress progress;
} job;

/* ---- what the command line says ---- */

static error_code read_max_rejects(const arguments *a, run_options *o, error *e) {
  const char *text = arguments_value(a, "max-rejects");
  o->max_rejects = -1;
  if (!text) return ERR_OK;
  if (!reject_limit_parse(text, &o->max_rejects, &o->max_rejects_percent))
    return error_set(e, ERR_USAGE,
                     "--max-rejects: expected a number of records (20) or a percentage (0.5%%)");
  return ERR_OK;
}

static error_code read_source(job *j, error *e) {
  const arguments *a = j->a;
  arena *m = &j->cli->arena;
  j->settings.items = arena_array(m, a->count + 1, sizeof *j->settings.items);
  for (size_t i = 0; i < a->count; i++) {
    assay_setting s = {0};
    if (strcmp(a->items[i].option->name, "source") != 0) continue;
    if (option_pair(m, "source", a->items[i].value, &s.name, &s.value, e)) return e->code;
    if (!strcmp(s.name, "plugin"))
      j->plugin = s.value;
    else
      j->settings.items[j->settings.count++] = s;
  }
  return ERR_OK;
}

static error_code read_related(job *j, error *e) {
  const arguments *a = j->a;
  arena *m = &j->cli->arena;
  j->related.items = arena_array(m, a->count + 1, sizeof *j->related.items);
  for (size_t i = 0; i < a->count; i++) {
    assay_setting *s = &j->related.items[j->related.count];
    if (strcmp(a->items[i].option->name, "related") != 0) continue;
    if (option_pair(m, "related", a->items[i].value, &s->name, &s->value, e)) return e->code;
    j->related.count++;
  }
  return ERR_OK;
}

static error_code read_options(job *j, error *e) {
  const arguments *a = j->a;
  run_options *o = &j->options;
  long long threads, limit, keep;
  error_code code = arguments_number(a, "threads", 1, 64, 0, &threads, e);
  if (!code) code = arguments_number(a, "limit", 0, INT64_MAX, -1, &limit, e);
  if (!code) code = arguments_number(a, "keep", 1, 1000, KEEP_RUNS, &keep, e);
  if (!code) code = read_max_rejects(a, o, e);
  if (!code) code = read_source(j, e);
  if (!code) code = read_related(j, e);
  if (!code) code = params_read(&j->cli->arena, a, &j->params, e);
  if (code) return code;
  o->threads = (unsigned)threads;
  o->limit = limit;
  o->keep = (int)keep;
  o->dry_run = limit >= 0 || arguments_flag(a, "dry-run") || arguments_value(a, "against");
  o->allow_shrink = arguments_flag(a, "allow-shrink");
  o->as_of = j->params.has_as_of ? j->params.as_of : (int64_t)time(NULL);
  o->settings = &j->settings;
  o->related = &j->related;
  o->plugin = j->plugin;
  return ERR_OK;
}

/* ---- pack and store ---- */

static error_code load(job *j, error *e) {
  findings found = {0};
  error_code code = cli_load_pack(j->cli, j->a->words[0], &j->pack, e);
  if (code) return code;
  const plan_options o = {.as_of = j->options.as_of,
                          .params = j->params.items,
                          .param_count = j->params.count,
                          .kernels = arguments_value(j->a, "kernels")};
  j->plan = plan_new(j->pack, &o, &found);
  if (!j->plan) code = params_blame(j->pack, &o, &j->params, e);
  if (!code) cli_tell_findings(j->cli, j->pack, &found);
  if (!j->plan && !code)
    code = error_set(e, ERR_PACK, "the pack %s has %zu error%s; nothing was run", j->pack->name,
                     found.errors, found.errors == 1 ? "" : "s");
  findings_deinit(&found);
  const char *data = arguments_value(j->a, "data");
  j->options.data_folder = data ? data : j->pack->folder;
  j->options.pack = j->pack;
  j->options.plan = j->plan;
  return code;
}

/* Whose the database is: this program's for the run, or a service's that will make it. */
static error_code take_database(job *j, error *e) {
  error_code code =
      instance_take(j->database, INSTANCE_RUN, &j->instance, &j->cli->arena, &j->service, e);
  return code == ERR_BUSY && j->service.pid ? ERR_OK : code;
}

static error_code open_store(job *j, error *e) {
  j->database = cli_database(j->a);
  if (!j->options.dry_run && take_database(j, e)) return e->code;
  if (j->options.dry_run) {
    if (scratch_make(&j->scratch, &j->cli->arena, e)) return e->code;
    j->database = j->scratch.database;
  }
  error_code code =
      store_open(j->database, j->service.pid ? STORE_READ : STORE_WRITE, &j->store, e);
  j->options.store = j->store;
  j->options.history = cli_database(j->a); /* that of a dry run, too */
  return code;
}

/* What the rules read of the last published run and cannot have. */
static error_code look_back(job *j, error *e) {
  findings found = {0};
  const error_code code = previous_check(j->options.history, j->pack, j->plan, &found, e);
  cli_tell_findings(j->cli, j->pack, &found);
  findings_deinit(&found);
  return code;
}

/* ---- the run ---- */

static error_code report(job *j, error *e) {
  store_reader *r;
  store_close(j->store);
  j->store = NULL;
  error_code code = store_open(j->database, STORE_READ, &j->store, e);
  if (!code) code = store_reader_open(j->store, j->pack->name, &r, e);
  if (code) return code;
  if (j->against.reader)
    code = against_print(j->a, &j->against, r, j->options.limit >= 0, e);
  else
    code = cli_print_report(j->cli, j->a, r, j->result.seconds, j->options.dry_run, e);
  store_reader_close(r);
  return code;
}

/* Made here, and kept in the log of runs as one that a service makes. A log that cannot be written must not
 * keep a run from being made. */
static error_code run_here(job *j, error *e) {
  error ignored = {0};
  store_job log = {.pack = j->pack->name,
                   .asked_by = "command",
                   .as_of = j->options.as_of,
                   .asked = (int64_t)time(NULL),
                   .state = JOB_RUNNING,
                   .attempt = 1};
  log.started = log.asked;
  error_code code = j->options.dry_run ? ERR_NOT_FOUND : store_job_add(j->store, &log, e);
  bool logs = !code;
  if (code == ERR_BUSY) return code; /* the run would only wait once more */
  code = run_pack(&j->options, &j->result, e);
  bool stopped = code == ERR_INTERRUPTED || code == ERR_TERMINATED;
  log.state = !code ? JOB_DONE : stopped ? JOB_CANCELLED : JOB_FAILED;
  log.finished = (int64_t)time(NULL);
  log.run_id = code ? 0 : j->result.run_id;
  log.code = code;
  log.message = code && e ? e->message : NULL;
  log.counts = j->result.counts;
  log.seconds = j->result.seconds;
  if (logs) store_job_note(j->store, &log, &ignored);
  return code;
}

static error_code perform(job *j, error *e) {
  const bool json = arguments_flag(j->a, "json");
  run_options *o = &j->options;
  j->cli->events = json;
  error_code code = read_options(j, e);
  progress_init(&j->progress, json, arguments_flag(j->a, "quiet"));
  if (!code) code = load(j, e);
  if (!code) code = against_open(j->a, j->pack->name, &j->against, e);
  if (!code) code = open_store(j, e);
  if (!code) code = look_back(j, e);
  if (code) return code;
  j->plugins = cli_plugins(j->cli, j->a);
  o->plugins = j->plugins;
  o->progress = progress_note;
  o->progress_ctx = &j->progress;
  o->stop = &stop_signal;
  progress_begin(&j->progress, j->pack, o->as_of, plan_kernels(j->plan));
  listen(true);
  code = j->service.pid ? hand_over_run(&(hand_over){.service = &j->service,
                                                     .options = o,
                                                     .params = j->params.items,
                                                     .param_count = j->params.count,
                                                     .progress = &j->progress},
                                        &j->result, e)
                        : run_here(j, e);
  listen(false);
  if (code) return code;
  const store_counts *n = &j->result.counts;
  if ((n->rejected || n->failed) && !arguments_flag(j->a, "ok-rejects"))
    j->cli->finding = ERR_REJECTS;
  progress_end(&j->progress, &j->result, o->dry_run, j->cli->finding);
  return json && !j->against.reader ? ERR_OK : report(j, e);
}

static error_code run_run(cli *c, const arguments *a, error *e) {
  job j = {.cli = c, .a = a};
  error_code code = perform(&j, e);
  if (code) progress_failed(&j.progress, e);
  if (j.store) store_close(j.store);
  instance_release(j.instance);
  against_close(&j.against);
  scratch_remove(&j.scratch);
  if (j.plan) plan_free(j.plan);
  if (j.pack) pack_free(j.pack);
  if (j.plugins) plugin_host_free(j.plugins);
  params_deinit(&j.params);
  return code;
}

const command command_run = {
    .name = "run",
    .arguments = "PACK",
    .summary = "grade the pack's source, publish the result, print the report",
    .description =
        "Reads the customers of the pack's source, evaluates the rules, and publishes one decision "
        "a customer in the store: readers see the whole previous run or the whole new one. Refused "
        "records and failed rules are stored with their reason and cost nobody else anything.\n"
        "Interrupted (SIGINT, SIGTERM), stopped by a guard or failed, a run publishes nothing, and "
        "the previous results stand.",
    .options = options,
    .option_count = sizeof options / sizeof *options,
    .least = 1,
    .most = 1,
    .offer = OFFER_PACK,
    .run = run_run,
};
