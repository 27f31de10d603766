/* notify { ... } as a pack declares it; its mistakes are in tests/packs/wrong. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>
#include "lang/notify.h"
#include "support/pack_text.h"

static const pack_notify *declared(pack *p, size_t number) {
  assert_true(number < p->notify_count);
  return &p->notifies[number];
}

static void a_notify_says_what_is_not_usual(void **state) {
  (void)state;
  pack *p = text_pack("fields { id = key, amount = money }\noutputs { 'x' }\n"
                      "notify { webhook = 'https://a.example/x' }\n"
                      "notify { webhook = 'env:HOOK', secret = 'credential:hook', on = { 'alerts', "
                      "'rejects' }, alerts = 'critical', rejects = 20, again = '90m', timeout = "
                      "'5s', give_up = '2d', recovered = false, language = 'zh' }\n"
                      "notify { mail = 'a@example.com', from = 'b@example.com', server = "
                      "'smtp://m.example', name = 'night-shift' }\n"
                      "notify { command = { 'page', 'one', '$two' } }\n",
                      "derive 'x' { 'amount' }\n");
  assert_int_equal(p->notify_count, 4);
  const pack_notify *n = declared(p, 0);
  assert_int_equal(n->kind, NOTIFY_WEBHOOK);
  assert_string_equal(n->name, "webhook-1");
  for (size_t i = 0; i < NOTIFY_EVENTS; i++) assert_true(n->on[i]);
  assert_int_equal(n->least, ALERT_WARNING);
  assert_true(n->rejects == 1 && n->rejects_percent && n->recovered && !n->secret);
  assert_int_equal(n->again, 4 * 3600);
  assert_int_equal(n->timeout, 10);
  assert_int_equal(n->give_up, 86400);
  n = declared(p, 1);
  assert_string_equal(n->name, "webhook-2");
  assert_string_equal(n->secret, "credential:hook");
  assert_false(n->on[NOTIFY_RUN_FAILED]);
  assert_true(n->on[NOTIFY_ALERTS] && n->on[NOTIFY_REJECTS]);
  assert_int_equal(n->least, ALERT_CRITICAL);
  assert_true(n->rejects == 20 && !n->rejects_percent && !n->recovered);
  assert_int_equal(n->again, 5400);
  assert_int_equal(n->timeout, 5);
  assert_int_equal(n->give_up, 172800);
  assert_string_equal(n->language, "zh");
  n = declared(p, 2);
  assert_string_equal(n->name, "night-shift");
  assert_int_equal(n->to_count, 1);
  assert_string_equal(n->to[0], "a@example.com");
  n = declared(p, 3);
  assert_string_equal(n->name, "command-1");
  assert_int_equal(n->argument_count, 3);
  assert_string_equal(n->arguments[2], "$two");
  pack_free(p);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(a_notify_says_what_is_not_usual),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
