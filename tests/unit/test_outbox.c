/* The outbox of notifications: their order, their bound, and what is not told again. */
#include "store_world.h"
#include "store/outbox.h"

static outbox_message message(const char *id, int64_t created) {
  return (outbox_message){.event_id = id,
                          .pack = "acme",
                          .channel = "hook",
                          .event = "run_failed",
                          .payload = "{}",
                          .subject = "客户",
                          .body = "b",
                          .created = created,
                          .give_up = created + 100000};
}

static int put(world *w, const char *id, int64_t created) {
  const outbox_message m = message(id, created);
  int put = 0;
  OK(outbox_begin(w->store, &w->e));
  OK(outbox_put(w->store, &m, &put, &w->e));
  OK(outbox_commit(w->store, &w->e));
  return put;
}

static bool all_ready(void *ctx, const char *pack_name, const char *channel, int64_t give_up) {
  (void)pack_name, (void)give_up;
  return !ctx || strcmp(ctx, channel) != 0;
}

/* The id of the next message at a moment, or "" and when. */
static const char *next(world *w, int64_t now, char *but, int64_t *wake) {
  static char id[64];
  arena a = {0};
  outbox_message m;
  bool found = false;
  OK(outbox_next(w->store, now, all_ready, but, &a, &m, &found, wake, &w->e));
  snprintf(id, sizeof id, "%s", found ? m.event_id : "");
  arena_deinit(&a);
  return id;
}

static void messages_go_in_their_order_and_once(void **state) {
  world *w = *state;
  int64_t wake = 0, waiting = 0;
  char hook[] = "hook";
  OK(store_open(w->path, STORE_WRITE, &w->store, &w->e));
  assert_int_equal(put(w, "b", 1000), 1);
  assert_int_equal(put(w, "a", 2000), 1);
  assert_int_equal(put(w, "b", 3000), 0); /* it is in already */
  assert_string_equal(next(w, 1500, NULL, &wake), "b");
  assert_string_equal(next(w, 500, NULL, &wake), "");
  assert_int_equal(wake, 1000);
  assert_string_equal(next(w, 5000, hook, &wake), ""); /* its channel is busy */
  assert_int_equal(wake, 0);
  OK(outbox_retry(w->store, 1, 9000, "no answer", &w->e));
  assert_string_equal(next(w, 5000, NULL, &wake), "a");
  OK(outbox_sent(w->store, 2, 5000, &w->e));
  assert_string_equal(next(w, 5000, NULL, &wake), "");
  assert_int_equal(wake, 9000);
  OK(outbox_failed(w->store, 1, 9500, "gone", &w->e));
  OK(outbox_waiting(w->store, &waiting, &w->e));
  assert_int_equal(waiting, 0);
  assert_string_equal(ask(w, "SELECT event_id, state, attempts, why FROM outbox"),
                      "b,failed,2,gone/a,sent,1,NULL");
  assert_int_equal(put(w, "a", 6000), 0); /* not even after it was sent */
  OK(outbox_clean(w->store, 9000, &w->e));
  assert_string_equal(ask(w, "SELECT event_id FROM outbox"), "b");
}

static void what_waits_is_bounded(void **state) {
  world *w = *state;
  int64_t waiting = 0;
  char id[16];
  OK(store_open(w->path, STORE_WRITE, &w->store, &w->e));
  OK(outbox_begin(w->store, &w->e));
  for (int i = 0; i < OUTBOX_MOST; i++) {
    int in = 0;
    snprintf(id, sizeof id, "e%d", i);
    const outbox_message m = message(id, 1);
    OK(outbox_put(w->store, &m, &in, &w->e));
    assert_int_equal(in, 1);
  }
  OK(outbox_commit(w->store, &w->e));
  assert_int_equal(put(w, "one more", 2), -1);
  OK(outbox_waiting(w->store, &waiting, &w->e));
  assert_int_equal(waiting, OUTBOX_MOST);
  assert_string_equal(ask(w, "SELECT state, why FROM outbox WHERE event_id = 'one more'"),
                      "failed,too many notifications were waiting");
}

static bool came(world *w, outbox_incident *i, int64_t now) {
  bool tell = false;
  OK(outbox_begin(w->store, &w->e));
  OK(outbox_came(w->store, i, now, 1000, &tell, &w->e));
  OK(outbox_commit(w->store, &w->e));
  return tell;
}

static bool over(world *w, outbox_incident *i) {
  bool tell = false;
  OK(outbox_begin(w->store, &w->e));
  OK(outbox_over(w->store, i, &tell, &w->e));
  OK(outbox_commit(w->store, &w->e));
  return tell;
}

static void the_same_is_told_when_its_time_is_over(void **state) {
  world *w = *state;
  outbox_incident i = {
      .pack = "acme", .channel = "hook", .event = "run_failed", .about = "nightly"};
  outbox_incident other = i;
  other.about = "hourly";
  OK(store_open(w->path, STORE_WRITE, &w->store, &w->e));
  assert_false(over(w, &i)); /* nothing was */
  assert_true(came(w, &i, 10000));
  assert_false(came(w, &i, 10999));
  assert_true(came(w, &other, 10999));
  assert_true(came(w, &i, 11000));
  assert_int_equal(i.times, 3);
  assert_int_equal(i.since, 10000);
  assert_true(came(w, &i, 500)); /* the clock went back */
  store_close(w->store);         /* and it is remembered */
  OK(store_open(w->path, STORE_WRITE, &w->store, &w->e));
  assert_false(came(w, &i, 700));
  assert_true(over(w, &i));
  assert_int_equal(i.since, 10000);
  assert_false(over(w, &i));
  assert_true(came(w, &i, 800));
  assert_int_equal(i.times, 1);
}

/* Each run has its own alerts, and nobody says that they are over; a failure is remembered until it is. */
static void old_alerts_are_forgotten_but_not_what_goes_on(void **state) {
  world *w = *state;
  outbox_incident failed = {
      .pack = "acme", .channel = "hook", .event = "run_failed", .about = "nightly"};
  outbox_incident alerts = {.pack = "acme", .channel = "hook", .event = "alerts", .about = "run 1"};
  outbox_incident later = alerts;
  later.about = "run 2";
  OK(store_open(w->path, STORE_WRITE, &w->store, &w->e));
  assert_true(came(w, &failed, 10000));
  assert_true(came(w, &alerts, 10000));
  assert_true(came(w, &later, 20000));
  OK(outbox_clean(w->store, 20000, &w->e));
  assert_string_equal(ask(w, "SELECT event, about FROM incident"),
                      "alerts,run 2/run_failed,nightly");
  assert_true(over(w, &failed));
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void) {
  const struct CMUnitTest tests[] = {
      TEST(messages_go_in_their_order_and_once),
      TEST(what_waits_is_bounded),
      TEST(the_same_is_told_when_its_time_is_over),
      TEST(old_alerts_are_forgotten_but_not_what_goes_on),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
