/* See meters.h. */
#include "meters.h"

#include <dirent.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#define LABELS(...) ((const char *const[]){__VA_ARGS__, NULL})
#define VALUES(...) ((const char *const[]){__VA_ARGS__})
#define COUNTED(array) (array), sizeof(array) / sizeof *(array)

static const double run_bounds[] = {0.1, 0.5, 1,   2.5, 5,    10,   30,
                                    60,  120, 300, 600, 1800, 3600, 7200};
static const double delay_bounds[] = {0.1, 0.5, 1, 5, 15, 60, 300, 900, 3600, 14400, 86400};
static const double request_bounds[] = {0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025,
                                        0.05,   0.1,     0.25,   0.5,   1,      2.5,   5,    10};

static const char *text_or_none(const char *text) {
  return text ? text : "";
}

/* ---- the process ---- */

static void collect_memory(void *ctx, metric_sink *sink) {
  long pages = 0, size = 0;
  (void)ctx;
  FILE *f = fopen("/proc/self/statm", "r");
  if (!f) return;
  if (fscanf(f, "%ld %ld", &size, &pages) == 2) // NOLINT(cert-err34-c): the kernel's own numbers
    metric_tell(sink, NULL, (double)pages * (double)sysconf(_SC_PAGESIZE));
  fclose(f);
}

static void collect_cpu(void *ctx, metric_sink *sink) {
  struct rusage u;
  (void)ctx;
  if (getrusage(RUSAGE_SELF, &u)) return;
  metric_tell(sink, NULL,
              (double)(u.ru_utime.tv_sec + u.ru_stime.tv_sec) +
                  (double)(u.ru_utime.tv_usec + u.ru_stime.tv_usec) * 1e-6);
}

static void collect_files(void *ctx, metric_sink *sink) {
  int count = -1; /* the folder's own */
  (void)ctx;
  DIR *d = opendir("/proc/self/fd");
  if (!d) return;
  for (struct dirent *f; (f = readdir(d));) count += f->d_name[0] != '.';
  closedir(d);
  metric_tell(sink, NULL, count);
}

static void collect_most_files(void *ctx, metric_sink *sink) {
  struct rlimit l;
  (void)ctx;
  if (!getrlimit(RLIMIT_NOFILE, &l)) metric_tell(sink, NULL, (double)l.rlim_cur);
}

static void collect_start(void *ctx, metric_sink *sink) {
  metric_tell(sink, NULL, ((const meters *)ctx)->started);
}

static void collect_build(void *ctx, metric_sink *sink) {
  (void)ctx;
  metric_tell(sink, VALUES(ASSAY_VERSION), 1);
}

static void add_process(meters *m) {
  metrics *a = m->all;
  metrics_collect(a, METRIC_GAUGE, "assay_build_info", "The program; always 1.", LABELS("version"),
                  collect_build, m);
  metrics_collect(a, METRIC_GAUGE, "process_start_time_seconds",
                  "When the process started, in UTC seconds since 1970.", NULL, collect_start, m);
  metrics_collect(a, METRIC_COUNTER, "process_cpu_seconds_total",
                  "Processor time used, of the user and of the system.", NULL, collect_cpu, m);
  metrics_collect(a, METRIC_GAUGE, "process_resident_memory_bytes", "Memory in use.", NULL,
                  collect_memory, m);
  metrics_collect(a, METRIC_GAUGE, "process_open_fds", "Open file descriptors.", NULL,
                  collect_files, m);
  metrics_collect(a, METRIC_GAUGE, "process_max_fds", "The most file descriptors allowed.", NULL,
                  collect_most_files, m);
}

/* ---- families ---- */

static void add_runs(meters *m) {
  metrics *a = m->all;
  m->runs = metrics_add(a, METRIC_COUNTER, "assay_runs_total",
                        "Runs that ended, by what became of them: published, failed, stopped, "
                        "late, skipped.",
                        LABELS("pack", "schedule", "result"));
  m->run_seconds =
      metrics_add_histogram(a, "assay_run_duration_seconds", "How long runs took, to their end.",
                            LABELS("pack"), COUNTED(run_bounds));
  m->running =
      metrics_add(a, METRIC_GAUGE, "assay_runs_in_progress", "Runs at hand.", LABELS("pack"));
  m->run_records = metrics_add(a, METRIC_GAUGE, "assay_last_run_records",
                               "Records of the last published run.", LABELS("pack"));
  m->rate = metrics_add(a, METRIC_GAUGE, "assay_last_run_records_per_second",
                        "Records a second of the last published run.", LABELS("pack"));
  m->last_run = metrics_add(a, METRIC_GAUGE, "assay_last_run_timestamp_seconds",
                            "When the last run of a result ended, in UTC seconds since 1970.",
                            LABELS("pack", "result"));
  m->records = metrics_add(a, METRIC_COUNTER, "assay_records_total",
                           "Records of published runs: graded, failed (a rule error), rejected.",
                           LABELS("pack", "status"));
  m->rejects = metrics_add(a, METRIC_COUNTER, "assay_rejects_total",
                           "Records refused at the door, by the code of the reject.",
                           LABELS("pack", "code"));
  m->rule_errors = metrics_add(a, METRIC_COUNTER, "assay_rule_errors_total",
                               "Records on which a rule failed.", LABELS("pack", "rule"));
  m->step_seconds =
      metrics_add(a, METRIC_COUNTER, "assay_step_seconds_total",
                  "Time spent in each step of a pack, over all threads.", LABELS("pack", "step"));
}

static void add_schedules(meters *m) {
  metrics *a = m->all;
  m->start_delay = metrics_add_histogram(a, "assay_schedule_start_delay_seconds",
                                         "From when a run was due to when it began.",
                                         LABELS("pack"), COUNTED(delay_bounds));
  m->lag = metrics_add(a, METRIC_GAUGE, "assay_schedule_lag_seconds",
                       "How long the earliest run that is due and has not begun has been due; 0: "
                       "none waits.",
                       LABELS("pack", "schedule"));
  m->missed = metrics_add(a, METRIC_COUNTER, "assay_schedule_missed_total",
                          "Due times that were passed over, as the schedule's policy says.",
                          LABELS("pack", "schedule"));
}

static void add_api(meters *m) {
  metrics *a = m->all;
  m->evaluations =
      metrics_add(a, METRIC_COUNTER, "assay_evaluations_total",
                  "Records evaluated on request, outside of runs.", LABELS("pack", "status"));
  m->requests = metrics_add(a, METRIC_COUNTER, "assay_http_requests_total",
                            "HTTP requests answered.", LABELS("route", "method", "status"));
  m->request_seconds = metrics_add_histogram(a, "assay_http_request_duration_seconds",
                                             "From a request's first line to its answer's end.",
                                             LABELS("route", "method"), COUNTED(request_bounds));
  m->request_bytes = metrics_add(a, METRIC_COUNTER, "assay_http_response_bytes_total",
                                 "Bytes of the bodies of answers.", LABELS("route"));
}

static void add_rest(meters *m) {
  metrics *a = m->all;
  m->reloads = metrics_add(a, METRIC_COUNTER, "assay_reloads_total",
                           "Packs loaded again, good (in use now) or bad (the old one stays).",
                           LABELS("pack", "result"));
  m->reload_good = metrics_add(
      a, METRIC_GAUGE, "assay_pack_up_to_date",
      "1 if the folder as it stands is in use, 0 if its last reload failed.", LABELS("pack"));
  m->reload_time =
      metrics_add(a, METRIC_GAUGE, "assay_pack_loaded_timestamp_seconds",
                  "When the pack in use was loaded, in UTC seconds since 1970.", LABELS("pack"));
  m->notifications = metrics_add(a, METRIC_COUNTER, "assay_notifications_total",
                                 "Attempts to notify: sent, retried (it failed for now), failed "
                                 "(given up), dropped (the queue was full).",
                                 LABELS("pack", "channel", "event", "result"));
}

void meters_open(meters *m, double now) {
  *m = (meters){.all = metrics_new(), .started = now};
  add_process(m);
  add_runs(m);
  add_schedules(m);
  add_api(m);
  add_rest(m);
}

void meters_close(meters *m) {
  metrics_free(m->all);
  *m = (meters){0};
}

void meters_collect(meters *m, const meters_sources *s) {
  metrics *a = m->all;
  if (s->customers)
    metrics_collect(a, METRIC_GAUGE, "assay_customers",
                    "Customers of the published run by the classes that the pack's report names.",
                    LABELS("pack", "class", "value"), s->customers, s->ctx);
  if (s->queues)
    metrics_collect(a, METRIC_GAUGE, "assay_queue_depth", "Entries waiting in a queue.",
                    LABELS("queue"), s->queues, s->ctx);
  if (s->connections)
    metrics_collect(a, METRIC_GAUGE, "assay_http_connections", "Open HTTP connections.", NULL,
                    s->connections, s->ctx);
  if (s->refused)
    metrics_collect(a, METRIC_COUNTER, "assay_http_refused_total",
                    "Requests refused and connections cut off, by the reason.", LABELS("reason"),
                    s->refused, s->ctx);
  if (s->notifications)
    metrics_collect(a, METRIC_GAUGE, "assay_notifications_waiting",
                    "Notifications that are not sent yet.", NULL, s->notifications, s->ctx);
}

/* ---- what happens ---- */

static void count(metric_family *f, const char *const *values, double n) {
  metric_add(metric_of(f, values), n);
}

void meters_run_began(meters *m, const char *pack) {
  count(m->running, VALUES(pack), 1);
}

static void count_records(meters *m, const meters_run *r) {
  count(m->records, VALUES(r->pack, "graded"), (double)r->graded);
  count(m->records, VALUES(r->pack, "failed"), (double)r->failed);
  count(m->records, VALUES(r->pack, "rejected"), (double)r->rejected);
  metric_set(metric_of(m->run_records, VALUES(r->pack)), (double)r->records);
  if (r->seconds > 0)
    metric_set(metric_of(m->rate, VALUES(r->pack)), (double)r->records / r->seconds);
}

void meters_run_ended(meters *m, const meters_run *r) {
  count(m->runs, VALUES(r->pack, text_or_none(r->schedule), r->result), 1);
  if (!r->took_place) return;
  count(m->running, VALUES(r->pack), -1);
  metric_observe(metric_of(m->run_seconds, VALUES(r->pack)), r->seconds);
  metric_set(metric_of(m->last_run, VALUES(r->pack, r->result)), r->ended);
  if (r->delay >= 0) metric_observe(metric_of(m->start_delay, VALUES(r->pack)), r->delay);
  if (!strcmp(r->result, "published")) count_records(m, r);
}

void meters_rejects(meters *m, const char *pack, const char *code, int64_t n) {
  count(m->rejects, VALUES(pack, code), (double)n);
}

void meters_rule_errors(meters *m, const char *pack, const char *rule, int64_t n) {
  count(m->rule_errors, VALUES(pack, rule), (double)n);
}

void meters_step(meters *m, const char *pack, const char *step, double seconds) {
  count(m->step_seconds, VALUES(pack, step), seconds);
}

void meters_lag(meters *m, const char *pack, const char *schedule, double seconds) {
  metric_set(metric_of(m->lag, VALUES(pack, schedule)), seconds > 0 ? seconds : 0);
}

void meters_missed(meters *m, const char *pack, const char *schedule, int64_t n) {
  count(m->missed, VALUES(pack, schedule), (double)n);
}

void meters_evaluated(meters *m, const char *pack, int64_t graded, int64_t failed,
                      int64_t rejected) {
  if (graded) count(m->evaluations, VALUES(pack, "graded"), (double)graded);
  if (failed) count(m->evaluations, VALUES(pack, "failed"), (double)failed);
  if (rejected) count(m->evaluations, VALUES(pack, "rejected"), (double)rejected);
}

void meters_request(meters *m, const char *route, const char *method, int status, double seconds,
                    size_t bytes) {
  const char code[] = {(char)('0' + status / 100 % 10), (char)('0' + status / 10 % 10),
                       (char)('0' + status % 10), 0};
  count(m->requests, VALUES(route, method, code), 1);
  count(m->request_bytes, VALUES(route), (double)bytes);
  metric_observe(metric_of(m->request_seconds, VALUES(route, method)), seconds);
}

void meters_reload(meters *m, const char *pack, bool good, double now) {
  count(m->reloads, VALUES(pack, good ? "good" : "bad"), 1);
  metric_set(metric_of(m->reload_good, VALUES(pack)), good);
  if (good) metric_set(metric_of(m->reload_time, VALUES(pack)), now);
}

void meters_notification(meters *m, const char *pack, const char *channel, const char *event,
                         const char *result) {
  count(m->notifications, VALUES(pack, channel, event, result), 1);
}
