/* Notifications, against a real HTTP server and a real mail server on this machine: what arrives, how it is signed,
 * what is tried again, what is told once, and what survives a restart. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>
#include "serve/deliver_parts.h"

static char folder[] = "/tmp/assay-deliver-test-XXXXXX";
static int http_port, https_port, smtp_port, smtp_tls_port, hold;
static pid_t receivers;

static const char *in_folder(const char *name) {
  static char paths[4][256];
  static int next;
  char *path = paths[next++ % 4];
  snprintf(path, sizeof paths[0], "%s/%s", folder, name);
  return path;
}

static void shell(const char *format, ...) {
  char command[1024];
  va_list values;
  va_start(values, format);
  vsnprintf(command, sizeof command, format, values);
  va_end(values);
  assert_int_equal(system(command), 0);
}

static int set_up(void **state) {
  int in[2], out[2];
  char line[128] = "";
  (void)state;
  assert_non_null(mkdtemp(folder));
  shell("openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 -subj "
        "/CN=localhost -addext subjectAltName=IP:127.0.0.1 -keyout %s/key.pem -out %s/cert.pem "
        "2>/dev/null",
        folder, folder);
  assert_int_equal(pipe(in) | pipe(out), 0);
  receivers = fork();
  if (!receivers) {
    dup2(in[0], 0);
    dup2(out[1], 1);
    close(in[1]);
    execl("/usr/bin/python3", "python3", "-W", "ignore", "tests/tools/receivers.py", folder, NULL);
    _exit(127);
  }
  close(in[0]);
  close(out[1]);
  hold = in[1];
  fcntl(hold, F_SETFD, FD_CLOEXEC);
  FILE *told = fdopen(out[0], "r");
  assert_non_null(fgets(line, sizeof line, told));
  fclose(told);
  assert_int_equal(sscanf(line, "%d %d %d %d", &http_port, &https_port, &smtp_port, &smtp_tls_port),
                   4);
  return 0;
}

static int tear_down(void **state) {
  (void)state;
  close(hold);
  waitpid(receivers, NULL, 0);
  shell("rm -r '%s'", folder);
  return 0;
}

/* ---- a company, and a service that tells it ---- */

typedef struct world {
  deliver *d;
  meters meters;
  supervisor supervisor;
  pack pack;
  pack_notify channels[3];
  deliver_options o;
} world;

static const char *address(const char *path, bool tls) {
  static char texts[4][128];
  static int next;
  char *text = texts[next++ % 4];
  snprintf(text, sizeof texts[0], "%s://127.0.0.1:%d%s", tls ? "https" : "http",
           tls ? https_port : http_port, path);
  return text;
}

static const char *authorities(void) {
  static char path[256];
  snprintf(path, sizeof path, "%s/cert.pem", folder);
  return path;
}

static void put_secret(const char *text) {
  FILE *f = fopen(in_folder("secret"), "w");
  assert_non_null(f);
  fputs(text, f);
  fclose(f);
}

static pack_notify *add(world *w, notify_kind kind, const char *name) {
  pack_notify *n = &w->channels[w->pack.notify_count++];
  *n = (pack_notify){.kind = kind,
                     .name = name,
                     .on = {true, true, true, true, true},
                     .least = ALERT_WARNING,
                     .rejects = 1,
                     .rejects_percent = true,
                     .recovered = true,
                     .again = 3600,
                     .timeout = 2,
                     .give_up = 60,
                     .language = "en"};
  return n;
}

static pack_notify *add_hook(world *w, const char *path) {
  pack_notify *n = add(w, NOTIFY_WEBHOOK, "hook");
  n->url = address(path, false);
  return n;
}

static void open_deliver(world *w) {
  error e = {0};
  static char database[256];
  snprintf(database, sizeof database, "%s/a.db", folder);
  w->o.database = database;
  w->o.supervisor = &w->supervisor;
  w->o.meters = &w->meters;
  if (!w->o.first_pause) w->o.first_pause = 100;
  if (!w->o.longest_pause) w->o.longest_pause = 400;
  if (deliver_open(&w->o, &w->d, &e)) fail_msg("%s", e.message);
}

static void begin(world *w) {
  *w = (world){.pack = {.name = "acme", .zone = {8 * 3600}}};
  w->pack.notifies = w->channels;
  shell("rm -f %s/a.db* %s/came", folder, folder);
  meters_open(&w->meters, 0);
  supervisor_open(&w->supervisor);
  open_deliver(w);
}

static void end(world *w) {
  deliver_close(w->d, 2);
  supervisor_close(&w->supervisor);
  meters_close(&w->meters);
}

static notice failure(void) {
  return (notice){.event = NOTIFY_RUN_FAILED,
                  .pack = "acme",
                  .title = "Acme \"Ltd\"",
                  .title_zh = "艾克米有限公司",
                  .schedule = "nightly",
                  .run = 12,
                  .at = 1764076812,
                  .zone = {8 * 3600},
                  .message = "customers.csv: there is no such file"};
}

static size_t tell(world *w, const notice *n) {
  error e = {0};
  size_t put = 0;
  if (deliver_notice(w->d, n, &put, &e)) fail_msg("%s", e.message);
  return put;
}

static double result(world *w, const char *event, const char *what) {
  const char *const values[] = {"acme", w->channels[0].name, event, what};
  return metric_value(metric_of(w->meters.notifications, values));
}

static void wait_ms(int ms) {
  nanosleep(&(struct timespec){ms / 1000, ms % 1000 * 1000000L}, NULL);
}

/* Waits until so many had this result. */
static void wait_result(world *w, const char *event, const char *what, double count) {
  for (int i = 0; i < 1000 && result(w, event, what) < count; i++) wait_ms(10);
  assert_true(result(w, event, what) == count);
}

static const char *came(void) {
  static char text[65536];
  FILE *f = fopen(in_folder("came"), "r");
  const size_t n = f ? fread(text, 1, sizeof text - 1, f) : 0;
  text[n] = 0;
  if (f) fclose(f);
  return text;
}

static int lines(const char *text) {
  int n = 0;
  for (; (text = strchr(text, '\n')); text++) n++;
  return n;
}

static void holds(const char *text, const char *part) {
  if (!strstr(text, part)) fail_msg("not in it: %s\n%s", part, text);
}

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

static void plain_http_goes_to_this_machine_alone(void **state) {
  world w;
  (void)state;
  begin(&w);
  setenv("ASSAY_TEST_URL", "http://192.0.2.1/x", 1); /* what the check of the pack could not see */
  add_hook(&w, "/ok")->url = "env:ASSAY_TEST_URL";
  deliver_channels(w.d, &w.pack);
  const notice n = failure();
  tell(&w, &n);
  wait_result(&w, "run_failed", "failed", 1);
  end(&w);
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

/* ---- mail ---- */

static pack_notify *add_mail(world *w, const char **to, size_t count) {
  static char server[64];
  pack_notify *n = add(w, NOTIFY_MAIL, "mail");
  snprintf(server, sizeof server, "smtp://127.0.0.1:%d", smtp_port);
  n->to = to;
  n->to_count = count;
  n->from = "assay@example.com";
  n->server = server;
  n->language = "zh";
  return n;
}

static void mail_is_in_the_companys_language(void **state) {
  const char *to[] = {"credit@example.com", "later@example.com"};
  world w;
  (void)state;
  begin(&w);
  add_mail(&w, to, 2);
  deliver_channels(w.d, &w.pack);
  const notice n = failure();
  tell(&w, &n);
  wait_result(&w, "run_failed", "sent", 1);
  end(&w);
  shell(
      "/usr/bin/python3 -c 'import email, email.policy, json, sys\n"
      "came = json.loads(open(sys.argv[1]).readline())\n"
      "m = email.message_from_string(came[\"data\"], policy=email.policy.default)\n"
      "assert came[\"to\"] == [\"credit@example.com\", \"later@example.com\"], came\n"
      "assert m[\"Subject\"] == \"艾克米有限公司：运行失败\", m[\"Subject\"]\n"
      "assert str(m[\"Date\"].datetime) == str(m[\"Date\"].datetime) and \"+0800\" in m[\"Date\"]\n"
      "assert m[\"Message-ID\"].startswith(\"<evt_\") and "
      "m[\"Message-ID\"].endswith(\"@example.com>\")\n"
      "text = m.get_content()\n"
      "assert \"计划：nightly\" in text and \"there is no such file\" in text, text\n"
      "assert all(len(l) <= 78 for l in came[\"data\"].splitlines())' %s",
      in_folder("came"));
}

static void a_mail_server_may_ask_for_later_or_refuse(void **state) {
  const char *later[] = {"later2@example.com"}, *refused[] = {"refuse@example.com"};
  world w;
  (void)state;
  begin(&w);
  add_mail(&w, later, 1);
  deliver_channels(w.d, &w.pack);
  notice n = failure();
  tell(&w, &n);
  wait_result(&w, "run_failed", "sent", 1);
  assert_true(result(&w, "run_failed", "retried") == 1);
  w.channels[0].to = refused;
  w.channels[0].give_up = 1;
  deliver_channels(w.d, &w.pack);
  n.schedule = "hourly";
  tell(&w, &n);
  wait_result(&w, "run_failed", "failed", 1);
  end(&w);
}

static void mail_goes_over_tls_with_the_password(void **state) {
  const char *to[] = {"credit@example.com"};
  char server[64], secret[256];
  world w;
  (void)state;
  begin(&w);
  put_secret("wrong");
  pack_notify *c = add_mail(&w, to, 1);
  snprintf(server, sizeof server, "smtp://127.0.0.1:%d", smtp_tls_port);
  c->server = server;
  c->user = "assay";
  snprintf(secret, sizeof secret, "file:%s", in_folder("secret"));
  c->password = secret;
  deliver_channels(w.d, &w.pack);
  notice n = failure();
  tell(&w, &n);
  wait_result(&w, "run_failed", "retried", 1); /* nobody knows who signed its certificate */
  deliver_close(w.d, 0);
  w.o.authorities = authorities();
  open_deliver(&w);
  c->give_up = 1;
  n.schedule = "hourly";
  deliver_channels(w.d, &w.pack);
  tell(&w, &n);
  wait_result(&w, "run_failed", "failed", 1); /* the password is wrong */
  assert_int_equal(lines(came()), 0);
  put_secret("p4ss\n");
  wait_result(&w, "run_failed", "sent", 1);
  holds(came(), "\"server\": \"tls\"");
  holds(came(), "\"tls\": true");
  end(&w);
}

static void a_long_subject_stays_within_its_lines(void **state) {
  buffer out = {0};
  const char *to[] = {"a@example.com"};
  const pack_notify c = {.from = "assay@example.com", .to = to, .to_count = 1, .language = "zh"};
  const outbox_message m = {.event_id = "evt_1",
                            .subject = "客户客户客户客户客户客户客户客户客户客户客户客户客户客户客"
                                       "户客户客户客户客户客户\r\nBcc: x@y",
                            .body = "ä\nb",
                            .created = 1764076812000};
  (void)state;
  deliver_mail_text(&out, &c, &m, (zone){-(3 * 3600 + 1800)});
  buffer_char(&out, 0);
  for (const char *at = out.data; *at; at = strchr(at, '\n') + 1)
    if (strcspn(at, "\n") > 79) fail_msg("%.*s", (int)strcspn(at, "\n"), at);
  assert_null(strstr(out.data, "\nBcc"));
  holds(out.data, "\r\nDate: Tue, 25 Nov 2025 09:50:12 -0330\r\n");
  holds(out.data, "\r\n\r\nw6QNCmI=\r\n");
  buffer_deinit(&out);
}

/* ---- commands ---- */

static void write_program(const char *name, const char *text) {
  FILE *f = fopen(in_folder(name), "w");
  assert_non_null(f);
  fprintf(f, "#!/bin/sh\n%s\n", text);
  fclose(f);
  chmod(in_folder(name), 0755);
}

static void run_program(world *w, const char *name, const char *text, const char *expected) {
  static const char *arguments[2];
  write_program(name, text);
  arguments[0] = name;
  arguments[1] = "two words; $HOME";
  begin(w);
  deliver_close(w->d, 0);
  w->o.commands = folder;
  open_deliver(w);
  pack_notify *n = add(w, NOTIFY_COMMAND, "page");
  n->arguments = arguments;
  n->argument_count = 2;
  n->timeout = 1;
  deliver_channels(w->d, &w->pack);
  const notice f = failure();
  tell(w, &f);
  wait_result(w, "run_failed", expected, 1);
}

static void a_command_gets_the_event_on_its_input(void **state) {
  world w;
  char text[512];
  (void)state;
  setenv("ASSAY_TEST_PRIVATE", "s3cret", 1);
  snprintf(text, sizeof text, "{ cat; echo; echo \"$1|$ASSAY_EVENT|$ASSAY_PACK|$#\"; env; } >%s",
           in_folder("came"));
  run_program(&w, "tell", text, "sent");
  end(&w);
  const char *got = came();
  assert_memory_equal(got, "{\"id\":\"evt_", 11);
  holds(got, "\ntwo words; $HOME|run_failed|acme|1\n"); /* no shell has seen it */
  assert_null(strstr(got, "s3cret"));
}

static void a_command_that_fails_or_hangs_is_tried_again(void **state) {
  world w;
  char text[512];
  (void)state;
  run_program(&w, "fail", "echo went wrong >&2; exit 3", "retried");
  end(&w);
  snprintf(text, sizeof text, "sleep 60 & echo $! >%s; trap '' TERM; sleep 60; sleep 60",
           in_folder("came"));
  const time_t before = time(NULL);
  run_program(&w, "hang", text, "retried");
  assert_true(time(NULL) - before < 8);
  end(&w);
  shell("! kill -0 $(cat %s/came) 2>/dev/null", folder); /* what it started is gone, too */
  run_program(&w, "ignores", "exit 0", "sent");          /* it need not read */
  end(&w);
}

static void no_command_runs_unless_the_operator_allows_it(void **state) {
  static const char *arguments[] = {"tell"};
  world w;
  (void)state;
  begin(&w);
  pack_notify *n = add(&w, NOTIFY_COMMAND, "page");
  n->arguments = arguments;
  n->argument_count = 1;
  deliver_channels(w.d, &w.pack);
  const notice f = failure();
  tell(&w, &f);
  wait_result(&w, "run_failed", "retried", 1);
  assert_int_equal(lines(came()), 0);
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
      cmocka_unit_test(mail_is_in_the_companys_language),
      cmocka_unit_test(a_mail_server_may_ask_for_later_or_refuse),
      cmocka_unit_test(mail_goes_over_tls_with_the_password),
      cmocka_unit_test(a_long_subject_stays_within_its_lines),
      cmocka_unit_test(a_command_gets_the_event_on_its_input),
      cmocka_unit_test(a_command_that_fails_or_hangs_is_tried_again),
      cmocka_unit_test(no_command_runs_unless_the_operator_allows_it),
  };
  return cmocka_run_group_tests(tests, set_up, tear_down);
}
