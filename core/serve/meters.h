/* What the service counts: every family of /metrics, with its name, its help and its labels, in one place;
 * and one call for each thing that happens.
 *
 * Names are for ever: dashboards and alarms are built on them. */
#ifndef SERVE_METERS_H
#define SERVE_METERS_H

#include <stdbool.h>

#include "metrics.h"

typedef struct meters {
  metrics *all;
  double started; /* UTC seconds */
  metric_family *runs, *run_seconds, *running, *run_records, *rate, *last_run;
  metric_family *records, *rejects, *rule_errors, *step_seconds;
  metric_family *start_delay, *lag, *missed;
  metric_family *evaluations;
  metric_family *requests, *request_seconds, *request_bytes;
  metric_family *reloads, *reload_good, *reload_time;
  metric_family *notifications;
} meters;

/* `now`: UTC seconds of the start. */
void meters_open(meters *m, double now);
void meters_close(meters *m);

/* A run that ended. Texts may be NULL where there is none ("" then). */
typedef struct meters_run {
  const char *pack, *schedule;
  const char *result; /* published, failed, stopped, late, skipped */
  bool took_place;    /* else only the result counts: it never began */
  double seconds, ended /* UTC */;
  double delay; /* from its due time to its beginning; negative: it had none */
  int64_t records, graded, failed, rejected;
} meters_run;
void meters_run_began(meters *m, const char *pack);
void meters_run_ended(meters *m, const meters_run *r);
/* Of a run that was published. */
void meters_rejects(meters *m, const char *pack, const char *code, int64_t count);
void meters_rule_errors(meters *m, const char *pack, const char *rule, int64_t count);
void meters_step(meters *m, const char *pack, const char *step, double seconds);
/* How long ago the earliest run that is due, and has not begun, was due; 0 = none waits. */
void meters_lag(meters *m, const char *pack, const char *schedule, double seconds);
/* Due times that were passed over (policy skip or once, or an overlap). */
void meters_missed(meters *m, const char *pack, const char *schedule, int64_t count);

void meters_evaluated(meters *m, const char *pack, int64_t graded, int64_t failed,
                      int64_t rejected);
/* `route`: the pattern ("/v1/packs/{pack}/evaluate"), never the path itself. */
void meters_request(meters *m, const char *route, const char *method, int status, double seconds,
                    size_t bytes);
void meters_reload(meters *m, const char *pack, bool good, double now);
/* `result`: sent, retried, failed, dropped. */
void meters_notification(meters *m, const char *pack, const char *channel, const char *event,
                         const char *result);

/* What is asked for when /metrics is read: the caller's own counts. Called in this order, once each. */
typedef struct meters_sources {
  void *ctx;
  metric_collect *customers;     /* labels pack, class, value */
  metric_collect *queues;        /* label queue: entries waiting */
  metric_collect *connections;   /* no labels */
  metric_collect *refused;       /* label reason: busy, slow, rate, size */
  metric_collect *notifications; /* label state: waiting */
} meters_sources;
void meters_collect(meters *m, const meters_sources *s);

#endif
