/* Notifications by mail, against a real mail server, and by a command. */
#include "deliver_world.h"

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
