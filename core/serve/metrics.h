/* Metrics as Prometheus reads them (text exposition format 0.0.4): counters, gauges and histograms, each
 * with labels; and collectors, which are asked for their values when somebody reads.
 *
 * It knows nothing of what is counted. Counting never waits: values are atomics, and a series that is
 * there already is found without a lock. What is read is each value for itself, not one moment of all. */
#ifndef SERVE_METRICS_H
#define SERVE_METRICS_H

#include <stdint.h>

#include "../base/memory.h"

typedef struct metrics metrics;
typedef struct metric_family metric_family;
typedef struct metric metric; /* one series: a family with values for its labels */

typedef enum metric_kind { METRIC_COUNTER, METRIC_GAUGE, METRIC_HISTOGRAM } metric_kind;

#define METRIC_LABELS 4
/* So many series a family has at most. Whatever comes beyond them is counted in one more, whose labels
 * are all "other", so that names from outside cannot fill the memory. */
#define METRIC_SERIES_MOST 5000

metrics *metrics_new(void);
void metrics_free(metrics *m);

/* Names, help and labels must be literals (they are kept); `labels` ends with NULL, and may be NULL. The
 * name of a counter ends with _total; those of seconds and bytes say so. Families are added before the
 * first thread counts. */
metric_family *metrics_add(metrics *m, metric_kind kind, const char *name, const char *help,
                           const char *const *labels);
/* A histogram: upper bounds ascending, +Inf not among them; kept. */
metric_family *metrics_add_histogram(metrics *m, const char *name, const char *help,
                                     const char *const *labels, const double *bounds, size_t count);

/* The series with these values of the labels, in the order of the labels (bytes that are no UTF-8 become
 * U+FFFD when they are shown). Made if it is not there. Lives as long as the metrics: keep it where it is
 * hot. `values` NULL: of a family without labels. */
metric *metric_of(metric_family *f, const char *const *values);

/* Any thread. Counters only go up: what is negative, or no number, is left out. */
void metric_add(metric *s, double amount);
void metric_set(metric *s, double value);
void metric_observe(metric *s, double value);
double metric_value(const metric *s); /* of a histogram: how many were observed */

/* A collector tells the series of a family as they are now, from the beginning each time: what it does not
 * tell is not there. Called by whoever reads, so it must be quick and may be called by any thread. */
typedef struct metric_sink metric_sink;
typedef void metric_collect(void *ctx, metric_sink *sink);
void metrics_collect(metrics *m, metric_kind kind, const char *name, const char *help,
                     const char *const *labels, metric_collect *collect, void *ctx);
void metric_tell(metric_sink *sink, const char *const *values, double value);

/* Appends all families in the order in which they were added. */
void metrics_write(metrics *m, buffer *out);
#define METRICS_TYPE "text/plain; version=0.0.4; charset=utf-8"

#endif
