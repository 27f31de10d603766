/* Single answers: how many records a second one desk answers, one JSON object at a time, each with the
 * full answer (outputs, reasons with their texts), by 1 and 2 threads.
 *   answers PACK DATABASE|- AS_OF RECORDS.jsonl [SECONDS] [explain]
 * Without a database the parameter total_ar is given. Prints a line for each number of threads, and as
 * RES lines for table.awk the nanoseconds of an answer. */
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "run/desk_json.h"

enum { RECORDS = 4096, THREADS = 2 };

typedef struct work {
  desk *desk;
  desk_question question;
  char *records[RECORDS];
  size_t lengths[RECORDS], count;
  double seconds;
} work;

typedef struct share {
  const work *w;
  pthread_t thread;
  size_t answers, bytes;
  double *times; /* of the first answers, microseconds */
} share;

static double now(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

enum { TIMED = 1 << 20 };

static void *answer(void *ctx) {
  share *s = ctx;
  const work *w = s->w;
  buffer out = {0};
  error e = {0};
  double before = now();
  const double end = before + w->seconds;
  while (before < end) {
    const size_t i = s->answers % w->count;
    buffer_clear(&out);
    if (desk_ask_json(w->desk, &w->question, w->records[i], w->lengths[i], "en", &out, &e)) {
      fprintf(stderr, "%s\n", e.message);
      exit(1);
    }
    const double after = now();
    if (s->answers < TIMED) s->times[s->answers] = (after - before) * 1e6;
    before = after;
    s->answers++;
    s->bytes += out.size;
  }
  buffer_deinit(&out);
  return NULL;
}

static int by_time(const void *a, const void *b) {
  const double x = *(const double *)a, y = *(const double *)b;
  return (x > y) - (x < y);
}

static void measure(const work *w, size_t threads) {
  share shares[THREADS] = {{0}};
  size_t answers = 0, bytes = 0;
  const double start = now();
  for (size_t i = 0; i < threads; i++) {
    shares[i].w = w;
    shares[i].times = calloc(TIMED, sizeof(double));
    if (pthread_create(&shares[i].thread, NULL, answer, &shares[i])) exit(1);
  }
  for (size_t i = 0; i < threads; i++) {
    pthread_join(shares[i].thread, NULL);
    answers += shares[i].answers;
    bytes += shares[i].bytes;
  }
  const double seconds = now() - start;
  const size_t timed = shares[0].answers < TIMED ? shares[0].answers : TIMED;
  qsort(shares[0].times, timed, sizeof(double), by_time);
  printf("%zu thread%s %9.0f answers/s  p50 %6.1f us  p99 %6.1f us  %zu bytes each\n", threads,
         threads == 1 ? " " : "s", (double)answers / seconds, shares[0].times[timed / 2],
         shares[0].times[timed * 99 / 100], bytes / answers);
  printf("RES answer-%zu %.1f\nRES answer-%zu-p99 %.1f\n", threads, seconds * 1e9 / (double)answers,
         threads, shares[0].times[timed * 99 / 100] * 1e3);
  for (size_t i = 0; i < threads; i++) free(shares[i].times);
}

static void read_records(work *w, const char *path) {
  FILE *f = fopen(path, "r");
  size_t capacity = 0;
  if (!f) exit(1);
  for (ssize_t n; w->count < RECORDS; w->count++) {
    if ((n = getline(&w->records[w->count], &capacity, f)) <= 0) break;
    w->lengths[w->count] = (size_t)n;
    capacity = 0;
  }
  fclose(f);
}

int main(int argc, char **argv) {
  if (argc < 5) return 2;
  findings found = {0};
  work w = {.seconds = argc > 5 ? atof(argv[5]) : 3, .question = {.what = "record"}};
  pack *p = pack_load(argv[1], &found);
  if (!p || !moment_parse(argv[3], strlen(argv[3]), &w.question.as_of)) return 1;
  w.desk = desk_new(p, strcmp(argv[2], "-") ? argv[2] : NULL);
  w.question.explains = argc > 6;
  const param_value total = {"total_ar", "40000000.00"};
  if (!strcmp(argv[2], "-")) w.question.params = &total, w.question.param_count = 1;
  read_records(&w, argv[4]);
  for (size_t threads = 1; threads <= THREADS; threads++) measure(&w, threads);
  for (size_t i = 0; i < w.count; i++) free(w.records[i]);
  findings_deinit(&found);
  desk_release(w.desk);
  return 0;
}
