/* When a company's runs are due, as declared: schedule "nightly" { cron = "30 2 * * *", ... }.
 *
 * It says only what stands in the pack; serve/timetable works out when that is, serve/due what to do. */
#ifndef LANG_SCHEDULE_H
#define LANG_SCHEDULE_H

#include "../base/cron.h"
#include "pack.h"

typedef enum schedule_kind {
  SCHEDULE_CRON,    /* cron = "30 2 * * *" */
  SCHEDULE_WORKDAY, /* workday = 1, at = "02:30": by the company's calendar, -1 the month's last */
  SCHEDULE_EVERY    /* every = "1h": elapsed time */
} schedule_kind;

/* Due times at which nobody was there. */
typedef enum schedule_missed {
  MISSED_ONCE, /* the newest of them is run */
  MISSED_SKIP, /* none is */
  MISSED_ALL   /* each is, oldest first */
} schedule_missed;

/* A due time that comes while the run of an earlier one goes on. */
typedef enum schedule_overlap {
  OVERLAP_SKIP,  /* is dropped */
  OVERLAP_QUEUE, /* waits */
  OVERLAP_CANCEL /* stops the earlier run */
} schedule_overlap;

/* How its runs differ from a plain `assay run PACK`. */
typedef struct schedule_run {
  double max_rejects; /* < 0: any number */
  bool max_rejects_percent;
  bool allow_shrink;
  int64_t keep;            /* 0: as many as the program keeps by itself */
  int64_t threads;         /* 0: by the CPUs */
  const char *data;        /* where relative source paths start; NULL: the pack's folder */
  const char *plugin;      /* over that of the source, or NULL */
  plugin_settings source;  /* over those of the source */
  plugin_settings related; /* LIST.OPTION, over those of the related lists */
  place related_at;
  size_t param_count;
  struct schedule_param {
    const char *name;
    rule_text value;
  } * params;
} schedule_run;

struct pack_schedule {
  const char *name;
  schedule_kind kind;
  const char *text;     /* of the cron */
  cron cron;            /* parsed */
  int64_t workday;      /* -31..-1, 1..31 */
  int32_t at;           /* of a workday: second of the day */
  int64_t every;        /* seconds */
  const char *timezone; /* a region's name, or the company's offset */
  schedule_missed missed;
  schedule_overlap overlap;
  int64_t jitter;                  /* seconds, the most; 0: none */
  int64_t retries;                 /* after a failed run */
  int64_t retry_after, retry_most; /* seconds before the first; doubled each time up to the most */
  int64_t deadline;                /* seconds after the first try's start; 0: none */
  schedule_run run;
  place where;
};

#endif
