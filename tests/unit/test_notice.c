/* Notices: what is told of a run, as JSON and in words. */
#include "store_world.h"
#include "serve/notice_run.h"

static const char *json_of(const notice *n, alert_severity least) {
  static buffer out;
  buffer_clear(&out);
  notice_json(&out, n, "evt_1", &(notice_count){n->at - 3600, 2}, least);
  buffer_char(&out, 0);
  return out.data;
}

static const char *text_of(const notice *n, const char *language, int64_t times) {
  static buffer out;
  buffer_clear(&out);
  notice_text(&out, n, language, &(notice_count){n->at - 3600, times}, ALERT_INFO);
  buffer_char(&out, 0);
  return out.data;
}

static void a_runs_alerts_have_their_counts_and_first_customers(void **state) {
  static const store_alert alerts[] = {
      {"reasons", "A", "critical"}, {"reasons", "NEVER", "warning"}, {"reasons", "B", "info"}};
  world *w = *state;
  store_run_info info = info_of("acme");
  int64_t id;
  arena a = {0};
  notice n;
  info.alerts = alerts;
  info.alert_count = 3;
  OK(store_open(w->path, STORE_WRITE, &w->store, &w->e));
  OK(store_begin(w->store, &info, &id, &w->e));
  add_many(w, 12, 7); /* each has A and B */
  maker_add(&w->maker, &customers[3]);
  maker_reject(&w->maker, "X1", "BAD_VALUE", "employees");
  OK(store_add(w->store, &w->maker.d, &w->e));
  OK(store_publish(w->store, 1, &w->e));
  store_reader *r;
  OK(store_reader_open(w->store, "acme", &r, &w->e));
  OK(notice_of_run(&a, r, &n, &w->e));
  assert_int_equal(n.event, NOTIFY_ALERTS);
  assert_string_equal(n.pack, "acme");
  assert_int_equal(n.run, id);
  assert_int_equal(n.records, 14);
  assert_int_equal(n.rejected, 1);
  assert_int_equal(n.alert_count, 2);
  assert_string_equal(n.alerts[0].code, "A");
  assert_int_equal(n.alerts[0].weight, ALERT_CRITICAL);
  assert_string_equal(n.alerts[0].text_zh, "因为甲");
  assert_int_equal(n.alerts[0].count, 12);
  assert_int_equal(n.alerts[0].customer_count, 10);
  assert_string_equal(n.alerts[0].customers[0], "K000000");
  assert_string_equal(n.alerts[0].customers[9], "K000009");
  assert_string_equal(n.alerts[1].code, "B");
  assert_int_equal(n.alerts[1].count, 13);
  assert_null(n.alerts[1].text);
  n.at = 1764076812;
  assert_string_equal(
      json_of(&n, ALERT_WARNING),
      "{\"id\":\"evt_1\",\"event\":\"alerts\",\"over\":false,\"pack\":\"acme\",\"company\":"
      "\"Acme\","
      "\"run\":1,\"at\":\"2025-11-25T21:20:12+08:00\",\"since\":\"2025-11-25T20:20:12+08:00\","
      "\"times\":2,\"records\":14,\"rejected\":1,\"alerts\":[{\"code\":\"A\",\"severity\":"
      "\"critical\",\"text\":\"because of A\",\"text_zh\":\"因为甲\",\"count\":12,\"customers\":["
      "\"K000000\",\"K000001\",\"K000002\",\"K000003\",\"K000004\",\"K000005\",\"K000006\","
      "\"K000007\",\"K000008\",\"K000009\"]}]}");
  assert_says(text_of(&n, "en", 1), "Acme: 25 alerts\n\nPack: acme\nRun: 1\n");
  assert_says(text_of(&n, "en", 1), "\nA (critical) × 12: because of A\n    K000000, K000001");
  assert_says(text_of(&n, "en", 1), ", K000009 …\n");
  assert_says(text_of(&n, "zh", 1), "Acme：25 条警报\n\n规则包：acme\n");
  store_reader_close(r);
  arena_deinit(&a);
}

static void each_event_is_said_in_both_languages(void **state) {
  static const struct {
    notify_event event;
    bool over;
    const char *en, *zh;
  } all[] = {
      {NOTIFY_RUN_FAILED, false, "Acme: the run failed\n", "艾克米：运行失败\n"},
      {NOTIFY_RUN_FAILED, true, "Acme: runs succeed again\n", "艾克米：运行已恢复正常\n"},
      {NOTIFY_RUN_LATE, false, "Acme: the run is 1h30m late\n", "艾克米：运行已延迟 1h30m\n"},
      {NOTIFY_RUN_LATE, true, "Acme: the run has caught up\n", "艾克米：运行已赶上计划\n"},
      {NOTIFY_REJECTS, false, "Acme: 52 records were refused\n", "艾克米：52 条记录被拒绝\n"},
      {NOTIFY_REJECTS, true, "Acme: few records are refused again\n",
       "艾克米：被拒绝的记录已恢复正常\n"},
      {NOTIFY_PACK_BROKEN, false,
       "Acme: the changed rules cannot be loaded; the old ones stay in use\n",
       "艾克米：修改后的规则无法加载，继续使用原有规则\n"},
      {NOTIFY_PACK_BROKEN, true, "Acme: the rules can be loaded again\n",
       "艾克米：规则已可正常加载\n"}};
  (void)state;
  for (size_t i = 0; i < sizeof all / sizeof *all; i++) {
    const notice n = {.event = all[i].event,
                      .over = all[i].over,
                      .pack = "acme",
                      .title = "Acme",
                      .title_zh = "艾克米",
                      .schedule = "nightly",
                      .at = 1764076812,
                      .zone = china,
                      .late = 5400,
                      .rejected = 52,
                      .message = "a \"message\"\nof two lines"};
    assert_memory_equal(text_of(&n, "en", 1), all[i].en, strlen(all[i].en));
    assert_memory_equal(text_of(&n, "zh", 1), all[i].zh, strlen(all[i].zh));
    assert_says(text_of(&n, "en", 1), "\na \"message\"\nof two lines\n");
    assert_null(strstr(text_of(&n, "en", 1), "Since"));
    assert_says(text_of(&n, "en", 3), "\nSince: 2025-11-25T20:20:12+08:00\nTimes: 3\n");
    assert_says(json_of(&n, ALERT_INFO), "\"message\":\"a \\\"message\\\"\\nof two lines\"");
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test_setup_teardown(a_runs_alerts_have_their_counts_and_first_customers, set_up,
                                      tear_down),
      cmocka_unit_test(each_event_is_said_in_both_languages),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
