/* Notifications, against a real HTTP server on this machine: what arrives, how it is signed, what is tried again, what
 * is told once, and what survives a restart. */
#include "deliver_world.h"

/* ---- webhooks ---- */

static void a_webhook_gets_the_event_signed(void **state) {
  world w;
  (void)state;
  begin(&w);
  setenv("ASSAY_TEST_HOOK", "s3cret", 1);
  add_hook(&w, "/ok")->secret = "env:ASSAY_TEST_HOOK";
  deliver_channels(w.d, &w.pack);
  const notice n = failure();
  assert_int_equal(tell(&w, &n), 1);
  wait_result(&w, "run_failed", "sent", 1);
  const char *text = came();
  holds(text, "\\\"event\\\":\\\"run_failed\\\",\\\"over\\\":false,\\\"pack\\\":\\\"acme\\\","
              "\\\"company\\\":\\\"Acme \\\\\\\"Ltd\\\\\\\"\\\",\\\"schedule\\\":\\\"nightly\\\","
              "\\\"run\\\":12,\\\"at\\\":\\\"2025-11-25T21:20:12+08:00\\\"");
  holds(text, "\"X-Assay-Event\": \"run_failed\"");
  holds(text, "\"Idempotency-Key\": \"evt_");
  assert_null(strstr(text, "s3cret"));
  end(&w);
  /* The receiver's side, in a few lines of another language. */
  shell(
      "/usr/bin/python3 -c 'import hashlib, hmac, json, sys\n"
      "came = json.loads(open(sys.argv[1]).readline())\n"
      "t, v1 = (p.split(\"=\")[1] for p in came[\"headers\"][\"X-Assay-Signature\"].split(\",\"))\n"
      "own = hmac.new(b\"s3cret\", (t + \".\" + came[\"body\"]).encode(), hashlib.sha256)\n"
      "assert hmac.compare_digest(own.hexdigest(), v1)\n"
      "assert json.loads(came[\"body\"])[\"id\"] == came[\"headers\"][\"Idempotency-Key\"]' %s",
      in_folder("came"));
  shell("! grep -q s3cret %s/a.db*", folder);
}

static void a_signature_is_that_of_the_field(void **state) {
  arena a = {0};
  (void)state;
  /* echo -n '1764076812.{"a":1}' | openssl dgst -sha256 -hmac key */
  const char *got = deliver_signature(&a, "key", 1764076812, "{\"a\":1}");
  char expected[128] = "";
  FILE *p =
      popen("printf '1764076812.{\"a\":1}' | openssl dgst -sha256 -hmac key -r | cut -c1-64", "r");
  assert_non_null(fgets(expected, sizeof expected, p));
  pclose(p);
  expected[64] = 0;
  assert_memory_equal(got, "t=1764076812,v1=", 16);
  assert_string_equal(got + 16, expected);
  arena_deinit(&a);
}

static void what_fails_is_tried_again_with_the_same_key(void **state) {
  world w;
  (void)state;
  begin(&w);
  add_hook(&w, "/fail/3");
  deliver_channels(w.d, &w.pack);
  const notice n = failure();
  tell(&w, &n);
  wait_result(&w, "run_failed", "sent", 1);
  assert_true(result(&w, "run_failed", "retried") == 3);
  assert_int_equal(lines(came()), 4);
  end(&w);
  shell("test $(grep -o 'evt_[0-9a-f]*' %s/came | sort -u | wc -l) = 1", folder);
}

static void a_receiver_that_is_slow_or_busy_is_asked_later(void **state) {
  world w;
  (void)state;
  begin(&w);
  add_hook(&w, "/slow")->timeout = 1;
  deliver_channels(w.d, &w.pack);
  const notice n = failure();
  tell(&w, &n);
  wait_result(&w, "run_failed", "retried", 1);
  w.channels[0].url = address("/busy", false); /* the pack was changed meanwhile */
  deliver_channels(w.d, &w.pack);
  wait_result(&w, "run_failed", "sent", 1);
  assert_true(result(&w, "run_failed", "retried") == 2);
  end(&w);
}

static void what_can_never_be_taken_is_given_up_at_once(void **state) {
  static const int statuses[] = {400, 404, 410, 302};
  world w;
  (void)state;
  for (size_t i = 0; i < 4; i++) {
    char path[32];
    begin(&w);
    snprintf(path, sizeof path, "/status/%d", statuses[i]);
    add_hook(&w, path);
    deliver_channels(w.d, &w.pack);
    const notice n = failure();
    tell(&w, &n);
    wait_result(&w, "run_failed", "failed", 1);
    assert_int_equal(lines(came()), 1);
    assert_int_equal(deliver_waiting(w.d), 0);
    end(&w);
  }
}

static void what_nobody_takes_is_given_up_in_the_end(void **state) {
  world w;
  (void)state;
  begin(&w);
  pack_notify *n = add_hook(&w, "/ok");
  n->url = "http://127.0.0.1:1/nobody"; /* nothing listens there */
  n->give_up = 1;
  deliver_channels(w.d, &w.pack);
  const notice f = failure();
  tell(&w, &f);
  wait_result(&w, "run_failed", "failed", 1);
  assert_true(result(&w, "run_failed", "retried") >= 2);
  end(&w);
}

static void a_certificate_is_verified(void **state) {
  world w;
  (void)state;
  begin(&w);
  pack_notify *n = add_hook(&w, "/ok");
  n->url = address("/ok", true);
  n->give_up = 1;
  deliver_channels(w.d, &w.pack);
  notice f = failure();
  tell(&w, &f);
  wait_result(&w, "run_failed", "failed", 1);
  assert_int_equal(lines(came()), 0); /* nobody knows who signed it */
  deliver_close(w.d, 0);
  w.o.authorities = authorities();
  open_deliver(&w);
  n->give_up = 60;
  deliver_channels(w.d, &w.pack);
  f.schedule = "hourly";
  tell(&w, &f);
  wait_result(&w, "run_failed", "sent", 1);
  end(&w);
}

/* What the check of the pack could not see. */
static void is_not_sent_to(const char *url) {
  world w;
  begin(&w);
  setenv("ASSAY_TEST_URL", url, 1);
  add_hook(&w, "/ok")->url = "env:ASSAY_TEST_URL";
  deliver_channels(w.d, &w.pack);
  const notice n = failure();
  tell(&w, &n);
  wait_result(&w, "run_failed", "failed", 1);
  end(&w);
}

static void plain_http_goes_to_this_machine_alone(void **state) {
  (void)state;
  is_not_sent_to("http://192.0.2.1/x");
  is_not_sent_to("http://127.0.0.1:word@192.0.2.1/x"); /* a name and a password */
}

/* ---- what is told, and how often ---- */

static void the_same_is_told_once_and_that_it_is_over(void **state) {
  world w;
  (void)state;
  begin(&w);
  add_hook(&w, "/ok");
  deliver_channels(w.d, &w.pack);
  notice n = failure();
  assert_int_equal(tell(&w, &n), 1);
  n.run = 13;
  n.at += 600;
  assert_int_equal(tell(&w, &n), 0); /* within the hour */
  n.schedule = "hourly";
  assert_int_equal(tell(&w, &n), 1); /* another one */
  n.schedule = "nightly";
  n.at += 3600;
  assert_int_equal(tell(&w, &n), 1);
  n.over = true;
  n.run = 14;
  assert_int_equal(tell(&w, &n), 1);
  assert_int_equal(tell(&w, &n), 0); /* nothing was wrong any more */
  wait_result(&w, "run_failed", "sent", 4);
  const char *text = came();
  holds(text, "\\\"times\\\":3");
  holds(text, "\\\"over\\\":true");
  holds(text, "\\\"since\\\":\\\"2025-11-25T21:20:12+08:00\\\"");
  w.channels[0].recovered = false;
  deliver_channels(w.d, &w.pack);
  n.over = false;
  assert_int_equal(tell(&w, &n), 1);
  n.over = true;
  assert_int_equal(tell(&w, &n), 0); /* not wanted */
  end(&w);
}

static void alerts_are_told_of_each_run_from_the_severity_on(void **state) {
  static const char *const customers[] = {"C1", "客户2"};
  static const notice_alert alerts[] = {
      {"DOWNGRADED", "The grade fell", "评级下降", ALERT_CRITICAL, 12, 2, customers},
      {"MOVED", NULL, NULL, ALERT_INFO, 3, 1, customers}};
  world w;
  (void)state;
  begin(&w);
  add_hook(&w, "/ok");
  deliver_channels(w.d, &w.pack);
  notice n = failure();
  n.event = NOTIFY_ALERTS;
  n.alerts = alerts;
  n.alert_count = 2;
  n.records = 1000;
  assert_int_equal(tell(&w, &n), 1);
  assert_int_equal(tell(&w, &n), 0); /* the same run */
  n.run++;
  assert_int_equal(tell(&w, &n), 1);
  n.alerts++;
  n.alert_count = 1;
  n.run++;
  assert_int_equal(tell(&w, &n), 0); /* none is urgent enough */
  wait_result(&w, "alerts", "sent", 2);
  const char *text = came();
  holds(text, "{\\\"code\\\":\\\"DOWNGRADED\\\",\\\"severity\\\":\\\"critical\\\"");
  holds(text, "\\\"count\\\":12,\\\"customers\\\":[\\\"C1\\\",");
  assert_null(strstr(text, "MOVED"));
  end(&w);
}

static void rejects_are_told_above_the_bound(void **state) {
  world w;
  (void)state;
  begin(&w);
  add_hook(&w, "/ok");
  deliver_channels(w.d, &w.pack);
  notice n = failure();
  n.event = NOTIFY_REJECTS;
  n.records = 1000;
  n.rejected = 10;
  assert_int_equal(tell(&w, &n), 0);
  assert_false(deliver_wants_rejects(w.d, "acme", 10, 1000));
  assert_true(deliver_wants_rejects(w.d, "acme", 11, 1000));
  n.rejected = 11;
  assert_int_equal(tell(&w, &n), 1);
  w.channels[0].rejects = 29;
  deliver_channels(w.d, &w.pack);
  assert_false(deliver_wants_rejects(w.d, "acme", 29, 100));
  assert_true(deliver_wants_rejects(w.d, "acme", 30, 100));
  w.channels[0].rejects = 20;
  w.channels[0].rejects_percent = false;
  deliver_channels(w.d, &w.pack);
  assert_false(deliver_wants_rejects(w.d, "acme", 20, 30));
  assert_true(deliver_wants_rejects(w.d, "acme", 21, 30));
  assert_false(deliver_wants_rejects(w.d, "unknown", 21, 30));
  end(&w);
}

static void what_is_not_wanted_is_not_told(void **state) {
  world w;
  (void)state;
  begin(&w);
  add_hook(&w, "/ok")->on[NOTIFY_PACK_BROKEN] = false;
  deliver_channels(w.d, &w.pack);
  notice n = failure();
  n.event = NOTIFY_PACK_BROKEN;
  assert_int_equal(tell(&w, &n), 0);
  n.pack = "another";
  n.event = NOTIFY_RUN_FAILED;
  assert_int_equal(tell(&w, &n), 0);
  end(&w);
}

/* ---- restarts ---- */

static void what_waits_is_sent_after_a_restart(void **state) {
  world w;
  (void)state;
  begin(&w);
  pack_notify *c = add_hook(&w, "/fail/0");
  c->url = "http://127.0.0.1:1/nobody";
  deliver_channels(w.d, &w.pack);
  notice n = failure();
  tell(&w, &n);
  wait_result(&w, "run_failed", "retried", 1);
  deliver_close(w.d, 0);
  open_deliver(&w);
  assert_int_equal(deliver_waiting(w.d), 1);
  assert_int_equal(tell(&w, &n), 0); /* the channel is not known yet, and it was told */
  c->url = address("/ok", false);
  deliver_channels(w.d, &w.pack);
  assert_int_equal(tell(&w, &n), 0);
  wait_result(&w, "run_failed", "sent", 1);
  assert_int_equal(lines(came()), 1);
  end(&w);
}

static void a_killed_service_sends_when_it_is_back(void **state) {
  world w;
  int status = 0;
  (void)state;
  const pid_t child = fork();
  if (!child) {
    begin(&w);
    add_hook(&w, "/ok")->url = "http://127.0.0.1:1/nobody";
    deliver_channels(w.d, &w.pack);
    const notice n = failure();
    tell(&w, &n);
    kill(getpid(), SIGKILL);
  }
  assert_int_equal(waitpid(child, &status, 0), child);
  assert_true(WIFSIGNALED(status));
  w = (world){.pack = {.name = "acme", .zone = {8 * 3600}}};
  w.pack.notifies = w.channels;
  meters_open(&w.meters, 0);
  supervisor_open(&w.supervisor);
  open_deliver(&w);
  add_hook(&w, "/ok");
  deliver_channels(w.d, &w.pack);
  wait_result(&w, "run_failed", "sent", 1);
  const notice n = failure();
  assert_int_equal(tell(&w, &n), 0); /* it was told */
  assert_int_equal(lines(came()), 1);
  end(&w);
}

static void closing_does_not_wait_for_a_slow_receiver(void **state) {
  world w;
  (void)state;
  begin(&w);
  add_hook(&w, "/slow")->timeout = 30;
  deliver_channels(w.d, &w.pack);
  const notice n = failure();
  tell(&w, &n);
  wait_ms(300);
  const time_t before = time(NULL);
  deliver_close(w.d, 0);
  assert_true(time(NULL) - before <= 3);
  open_deliver(&w);
  assert_int_equal(deliver_waiting(w.d), 1); /* it was no attempt */
  assert_true(result(&w, "run_failed", "retried") == 0);
  end(&w);
}

static void a_channel_that_is_no_more_gets_nothing(void **state) {
  world w;
  (void)state;
  begin(&w);
  add_hook(&w, "/ok")->url = "http://127.0.0.1:1/nobody";
  deliver_channels(w.d, &w.pack);
  const notice n = failure();
  tell(&w, &n);
  wait_result(&w, "run_failed", "retried", 1);
  w.pack.notify_count = 0;
  deliver_channels(w.d, &w.pack);
  wait_result(&w, "run_failed", "failed", 1);
  end(&w);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(a_webhook_gets_the_event_signed),
      cmocka_unit_test(a_signature_is_that_of_the_field),
      cmocka_unit_test(what_fails_is_tried_again_with_the_same_key),
      cmocka_unit_test(a_receiver_that_is_slow_or_busy_is_asked_later),
      cmocka_unit_test(what_can_never_be_taken_is_given_up_at_once),
      cmocka_unit_test(what_nobody_takes_is_given_up_in_the_end),
      cmocka_unit_test(a_certificate_is_verified),
      cmocka_unit_test(plain_http_goes_to_this_machine_alone),
      cmocka_unit_test(the_same_is_told_once_and_that_it_is_over),
      cmocka_unit_test(alerts_are_told_of_each_run_from_the_severity_on),
      cmocka_unit_test(rejects_are_told_above_the_bound),
      cmocka_unit_test(what_is_not_wanted_is_not_told),
      cmocka_unit_test(what_waits_is_sent_after_a_restart),
      cmocka_unit_test(a_killed_service_sends_when_it_is_back),
      cmocka_unit_test(closing_does_not_wait_for_a_slow_receiver),
      cmocka_unit_test(a_channel_that_is_no_more_gets_nothing),
  };
  return cmocka_run_group_tests(tests, set_up, tear_down);
}
