/* Metrics: what is counted, and how it is written; and that Prometheus can read all of it. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>
#include <math.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "serve/meters.h"

#define NAMES(...) ((const char *const[]){__VA_ARGS__, NULL})

static char *written(metrics *m) {
  static buffer out;
  buffer_clear(&out);
  metrics_write(m, &out);
  buffer_char(&out, 0);
  char *copy = mem_string(out.data);
  buffer_deinit(&out);
  return copy;
}

static void a_counter_goes_up_and_a_gauge_both_ways(void **state) {
  (void)state;
  metrics *m = metrics_new();
  metric_family *runs = metrics_add(m, METRIC_COUNTER, "runs_total", "Runs.", NAMES("pack"));
  metric_family *heat = metrics_add(m, METRIC_GAUGE, "heat_celsius", "Warm\\cold\nit is.", NULL);
  metric *acme = metric_of(runs, NAMES("acme"));
  metric_add(acme, 2);
  metric_add(acme, 0.5);
  metric_add(acme, -1);
  metric_add(acme, (double)NAN);
  metric_add(metric_of(runs, NAMES("other-one")), 9007199254740991.0);
  metric_set(metric_of(heat, NULL), 21.5);
  metric_add(metric_of(heat, NULL), -30);
  assert_ptr_equal(metric_of(runs, NAMES("acme")), acme);
  char *text = written(m);
  assert_string_equal(text, "# HELP runs_total Runs.\n"
                            "# TYPE runs_total counter\n"
                            "runs_total{pack=\"acme\"} 2.5\n"
                            "runs_total{pack=\"other-one\"} 9007199254740991\n"
                            "# HELP heat_celsius Warm\\\\cold\\nit is.\n"
                            "# TYPE heat_celsius gauge\n"
                            "heat_celsius -8.5\n");
  free(text);
  metrics_free(m);
}

static void values_of_labels_are_escaped_whatever_they_hold(void **state) {
  (void)state;
  metrics *m = metrics_new();
  metric_family *f = metrics_add(m, METRIC_GAUGE, "x", "X.", NAMES("a", "b"));
  metric_set(metric_of(f, NAMES("say \"hi\"\\\n", "")), 1);
  metric_set(metric_of(f, NAMES("客户\x01", "\xff\xc0\xaf!")), (double)INFINITY);
  metric_set(metric_of(f, NAMES("x", "\xe4\xb8")), (double)NAN);
  char *text = written(m);
  assert_non_null(strstr(text, "x{a=\"say \\\"hi\\\"\\\\\\n\",b=\"\"} 1\n"));
  assert_non_null(strstr(text, "x{a=\"客户 \",b=\"\xEF\xBF\xBD\xEF\xBF\xBD!\"} +Inf\n"));
  assert_non_null(strstr(text, "x{a=\"x\",b=\"\xEF\xBF\xBD\"} NaN\n"));
  free(text);
  metrics_free(m);
}

static void a_histogram_is_cumulative(void **state) {
  (void)state;
  static const double bounds[] = {0.1, 1, 10};
  metrics *m = metrics_new();
  metric_family *f = metrics_add_histogram(m, "took_seconds", "Took.", NAMES("k"), bounds, 3);
  metric *s = metric_of(f, NAMES("v"));
  const double seen[] = {0.05, 0.1, 0.5, 10, 11, (double)NAN};
  for (size_t i = 0; i < 6; i++) metric_observe(s, seen[i]);
  assert_true(metric_value(s) == 5);
  char *text = written(m);
  assert_string_equal(text, "# HELP took_seconds Took.\n"
                            "# TYPE took_seconds histogram\n"
                            "took_seconds_bucket{k=\"v\",le=\"0.1\"} 2\n"
                            "took_seconds_bucket{k=\"v\",le=\"1\"} 3\n"
                            "took_seconds_bucket{k=\"v\",le=\"10\"} 4\n"
                            "took_seconds_bucket{k=\"v\",le=\"+Inf\"} 5\n"
                            "took_seconds_sum{k=\"v\"} 21.65\n"
                            "took_seconds_count{k=\"v\"} 5\n");
  free(text);
  metrics_free(m);
}

static void names_from_outside_do_not_fill_the_memory(void **state) {
  (void)state;
  metrics *m = metrics_new();
  metric_family *f = metrics_add(m, METRIC_COUNTER, "x_total", "X.", NAMES("a"));
  char name[32];
  for (int i = 0; i < METRIC_SERIES_MOST + 1000; i++) {
    snprintf(name, sizeof name, "n%d", i);
    metric_add(metric_of(f, NAMES(name)), 1);
  }
  assert_true(metric_value(metric_of(f, NAMES("n7"))) == 1);
  assert_true(metric_value(metric_of(f, NAMES("one more"))) == 1000);
  char *text = written(m);
  assert_non_null(strstr(text, "x_total{a=\"other\"} 1000\n"));
  assert_null(strstr(text, "n5000"));
  free(text);
  metrics_free(m);
}

static void *count_much(void *arg) {
  metric_family **f = arg;
  for (int i = 0; i < 20000; i++) {
    metric_add(metric_of(f[0], NAMES(i % 2 ? "odd" : "even")), 1);
    metric_observe(metric_of(f[1], NULL), i % 3);
  }
  return NULL;
}

static void nothing_is_lost_between_threads(void **state) {
  (void)state;
  static const double bounds[] = {0, 1};
  metrics *m = metrics_new();
  metric_family *f[] = {metrics_add(m, METRIC_COUNTER, "n_total", "N.", NAMES("which")),
                        metrics_add_histogram(m, "h", "H.", NULL, bounds, 2)};
  pthread_t threads[4];
  for (int i = 0; i < 4; i++) assert_int_equal(pthread_create(&threads[i], NULL, count_much, f), 0);
  for (int i = 0; i < 20; i++) free(written(m));
  for (int i = 0; i < 4; i++) pthread_join(threads[i], NULL);
  assert_true(metric_value(metric_of(f[0], NAMES("odd"))) == 40000);
  assert_true(metric_value(metric_of(f[0], NAMES("even"))) == 40000);
  assert_true(metric_value(metric_of(f[1], NULL)) == 80000);
  metrics_free(m);
}

/* ---- what the service counts ---- */

static void tell_customers(void *ctx, metric_sink *sink) {
  (void)ctx;
  metric_tell(sink, NAMES("acme", "grade", "A"), 12);
  metric_tell(sink, NAMES("acme", "grade", "B \"blocked\""), 3);
}

static void tell_queue(void *ctx, metric_sink *sink) {
  (void)ctx;
  metric_tell(sink, NAMES("runs"), 2);
}

static void tell_one(void *ctx, metric_sink *sink) {
  (void)ctx;
  metric_tell(sink, NULL, 1);
}

static void tell_reason(void *ctx, metric_sink *sink) {
  (void)ctx;
  metric_tell(sink, NAMES("slow"), 4);
}

static void use_all(meters *m) {
  meters_open(m, 1764076812);
  meters_collect(
      m, &(meters_sources){NULL, tell_customers, tell_queue, tell_one, tell_reason, tell_one});
  meters_run_began(m, "acme");
  meters_run_began(m, "acme");
  meters_run_ended(m, &(meters_run){.pack = "acme",
                                    .schedule = "nightly",
                                    .result = "published",
                                    .took_place = true,
                                    .seconds = 4,
                                    .ended = 1764076900,
                                    .delay = 0.25,
                                    .records = 1000,
                                    .graded = 990,
                                    .failed = 3,
                                    .rejected = 7});
  meters_run_ended(m, &(meters_run){.pack = "acme", .schedule = "nightly", .result = "skipped"});
  meters_rejects(m, "acme", "BAD_VALUE:budget", 7);
  meters_rule_errors(m, "acme", "seasonal", 3);
  meters_step(m, "acme", "score", 0.125);
  meters_lag(m, "acme", "nightly", -3);
  meters_missed(m, "acme", "nightly", 2);
  meters_evaluated(m, "acme", 2, 0, 1);
  meters_request(m, "/v1/packs/{pack}/evaluate", "POST", 200, 0.0002, 512);
  meters_request(m, "/v1/packs/{pack}/evaluate", "POST", 422, 0.0007, 128);
  meters_reload(m, "acme", true, 1764076812);
  meters_reload(m, "acme", false, 1764076999);
  meters_notification(m, "acme", "webhook-1", "run_failed", "sent");
}

static void each_thing_that_happens_is_counted(void **state) {
  static const char *const lines[] = {
      "assay_build_info{version=\"" ASSAY_VERSION "\"} 1\n",
      "process_start_time_seconds 1764076812\n",
      "assay_runs_total{pack=\"acme\",schedule=\"nightly\",result=\"published\"} 1\n",
      "assay_runs_total{pack=\"acme\",schedule=\"nightly\",result=\"skipped\"} 1\n",
      "assay_run_duration_seconds_bucket{pack=\"acme\",le=\"5\"} 1\n",
      "assay_runs_in_progress{pack=\"acme\"} 1\n",
      "assay_last_run_records_per_second{pack=\"acme\"} 250\n",
      "assay_last_run_timestamp_seconds{pack=\"acme\",result=\"published\"} 1764076900\n",
      "assay_records_total{pack=\"acme\",status=\"rejected\"} 7\n",
      "assay_rejects_total{pack=\"acme\",code=\"BAD_VALUE:budget\"} 7\n",
      "assay_rule_errors_total{pack=\"acme\",rule=\"seasonal\"} 3\n",
      "assay_step_seconds_total{pack=\"acme\",step=\"score\"} 0.125\n",
      "assay_schedule_start_delay_seconds_bucket{pack=\"acme\",le=\"0.5\"} 1\n",
      "assay_schedule_lag_seconds{pack=\"acme\",schedule=\"nightly\"} 0\n",
      "assay_schedule_missed_total{pack=\"acme\",schedule=\"nightly\"} 2\n",
      "assay_evaluations_total{pack=\"acme\",status=\"graded\"} 2\n",
      "assay_http_requests_total{route=\"/v1/packs/{pack}/evaluate\",method=\"POST\","
      "status=\"422\"} 1\n",
      "assay_http_request_duration_seconds_count{route=\"/v1/packs/{pack}/evaluate\","
      "method=\"POST\"} 2\n",
      "assay_reloads_total{pack=\"acme\",result=\"bad\"} 1\n",
      "assay_pack_up_to_date{pack=\"acme\"} 0\n",
      "assay_pack_loaded_timestamp_seconds{pack=\"acme\"} 1764076812\n",
      "assay_notifications_total{pack=\"acme\",channel=\"webhook-1\",event=\"run_failed\","
      "result=\"sent\"} 1\n",
      "assay_customers{pack=\"acme\",class=\"grade\",value=\"B \\\"blocked\\\"\"} 3\n",
      "assay_queue_depth{queue=\"runs\"} 2\n",
      "assay_http_connections 1\n",
      "assay_http_refused_total{reason=\"slow\"} 4\n",
      "process_resident_memory_bytes ",
  };
  (void)state;
  meters m;
  use_all(&m);
  char *text = written(m.all);
  for (size_t i = 0; i < sizeof lines / sizeof *lines; i++)
    if (!strstr(text, lines[i])) fail_msg("not there: %s\n%s", lines[i], text);
  free(text);
  meters_close(&m);
}

/* ---- others read it ---- */

static int judged(const char *command) {
  meters m;
  use_all(&m);
  char *text = written(m.all);
  FILE *reader = popen(command, "w");
  assert_non_null(reader);
  fputs(text, reader);
  const int status = pclose(reader);
  free(text);
  meters_close(&m);
  return status;
}

static void a_strict_reader_takes_all_of_it(void **state) {
  (void)state;
  assert_int_equal(judged("/usr/bin/python3 tests/tools/exposition.py >&2"), 0);
}

static void promtool_finds_nothing_to_say(void **state) {
  char path[512] = "", command[600];
  (void)state;
  FILE *asked = popen("tests/tools/promtool.sh", "r");
  assert_non_null(asked);
  const bool there = fgets(path, sizeof path, asked) != NULL;
  pclose(asked);
  if (!there) {
    print_message("# SKIP: promtool is not there and cannot be fetched\n");
    skip();
  }
  path[strcspn(path, "\n")] = 0;
  snprintf(command, sizeof command, "%s check metrics >&2", path);
  assert_int_equal(judged(command), 0);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(a_counter_goes_up_and_a_gauge_both_ways),
      cmocka_unit_test(values_of_labels_are_escaped_whatever_they_hold),
      cmocka_unit_test(a_histogram_is_cumulative),
      cmocka_unit_test(names_from_outside_do_not_fill_the_memory),
      cmocka_unit_test(nothing_is_lost_between_threads),
      cmocka_unit_test(each_thing_that_happens_is_counted),
      cmocka_unit_test(a_strict_reader_takes_all_of_it),
      cmocka_unit_test(promtool_finds_nothing_to_say),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
