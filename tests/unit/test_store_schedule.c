/* What is kept of schedules comes back as it was, and a run that ended unseen is found. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>
#include <sqlite3.h>
#include <unistd.h>
#include "store/store_schedule.h"

typedef struct world {
  char folder[64], path[96];
  store *store;
  arena arena;
  error e;
} world;

#define OK(call) assert_int_equal((call), ERR_OK)

static int set_up(void **state) {
  world *w = calloc(1, sizeof *w);
  snprintf(w->folder, sizeof w->folder, "/tmp/assay-schedule-test-XXXXXX");
  assert_non_null(mkdtemp(w->folder));
  snprintf(w->path, sizeof w->path, "%s/a.db", w->folder);
  OK(store_open(w->path, STORE_WRITE, &w->store, &w->e));
  *state = w;
  return 0;
}

static int tear_down(void **state) {
  static const char *const endings[] = {"", "-wal", "-shm"};
  world *w = *state;
  char path[128];
  store_close(w->store);
  for (size_t i = 0; i < 3; i++) {
    snprintf(path, sizeof path, "%s%s", w->path, endings[i]);
    unlink(path);
  }
  rmdir(w->folder);
  arena_deinit(&w->arena);
  free(w);
  return 0;
}

static const schedule_state full = {.settled = 1772332200,
                                    .behind = SCHEDULE_NEVER,
                                    .phase = SCHEDULE_RUNNING,
                                    .stopping = RESULT_DEADLINE,
                                    .due = -86400,
                                    .attempt = 3,
                                    .first_start = 0,
                                    .retry_at = SCHEDULE_NEVER,
                                    .waiting_count = 3,
                                    .waiting = {-5, 0, 1772332200},
                                    .last_due = 7,
                                    .last_started = 8,
                                    .last_finished = SCHEDULE_NEVER,
                                    .last_result = RESULT_CUT_OFF,
                                    .missed = 9,
                                    .overlapped = 10};

static error_code count_one(void *ctx, const store_schedule *kept, error *e) {
  (void)e;
  strcat(ctx, kept->pack);
  strcat(ctx, "/");
  strcat(ctx, kept->name);
  strcat(ctx, " ");
  return ERR_OK;
}

static void test_kept(void **state) {
  world *w = *state;
  store_schedule kept = {.pack = "acme", .name = "nightly", .times = "cron 30 2 * * * in Z"};
  bool found = true;
  OK(store_schedule_read(w->store, &w->arena, "acme", "nightly", &kept, &found, &w->e));
  assert_false(found);
  kept.state = full;
  OK(store_schedule_keep(w->store, &kept, &w->e));
  OK(store_schedule_keep(w->store, &kept, &w->e));
  store_schedule back;
  OK(store_schedule_read(w->store, &w->arena, "acme", "nightly", &back, &found, &w->e));
  assert_true(found);
  assert_string_equal(back.times, "cron 30 2 * * * in Z");
  assert_memory_equal(&back.state, &full, sizeof full);
  kept.state.waiting_count = SCHEDULE_WAITING_MOST;
  for (int i = 0; i < SCHEDULE_WAITING_MOST; i++) kept.state.waiting[i] = 1772332200 + i;
  OK(store_schedule_keep(w->store, &kept, &w->e));
  OK(store_schedule_read(w->store, &w->arena, "acme", "nightly", &back, &found, &w->e));
  assert_memory_equal(&back.state, &kept.state, sizeof full);
}

static void test_listed_and_forgotten(void **state) {
  static const char *const names[][2] = {{"b", "x"}, {"a", "y"}, {"a", "x"}};
  world *w = *state;
  char seen[64] = "";
  for (int i = 0; i < 3; i++) {
    const store_schedule kept = {
        .pack = names[i][0], .name = names[i][1], .times = "every 1h in Z", .state = full};
    OK(store_schedule_keep(w->store, &kept, &w->e));
  }
  OK(store_schedules(w->store, NULL, count_one, seen, &w->e));
  assert_string_equal(seen, "a/x a/y b/x ");
  OK(store_schedule_forget(w->store, "a", "y", &w->e));
  *seen = 0;
  OK(store_schedules(w->store, "a", count_one, seen, &w->e));
  assert_string_equal(seen, "a/x ");
}

/* As of 02:30 in Shanghai, begun at 02:31 there. */
static void test_published(void **state) {
  world *w = *state;
  sqlite3 *db;
  int64_t run_id = -1;
  OK(sqlite3_open(w->path, &db));
  OK(sqlite3_exec(
      db,
      "INSERT INTO pack VALUES ('acme', 'current_acme');"
      "INSERT INTO run (run_id, pack, as_of, status, started_at, pack_hash, key_field, outputs, "
      "inputs) VALUES (4, 'acme', '2026-03-01T02:30:00+08:00', 'superseded', "
      "'2026-03-01T02:31:00+08:00', 'h', 'k', '[]', '[]'), (5, 'acme', "
      "'2026-03-02T02:30:00+08:00', 'discarded', '2026-03-02T02:31:00+08:00', 'h', 'k', '[]', "
      "'[]')",
      NULL, NULL, NULL));
  sqlite3_close(db);
  const int64_t due = 1772303400; /* 2026-02-28T18:30:00Z */
  OK(store_schedule_published(w->store, "acme", due, due + 60, &run_id, &w->e));
  assert_int_equal(run_id, 4);
  OK(store_schedule_published(w->store, "acme", due, due + 61, &run_id,
                              &w->e)); /* an earlier one */
  assert_int_equal(run_id, 0);
  OK(store_schedule_published(w->store, "acme", due + 86400, due, &run_id, &w->e));
  assert_int_equal(run_id, 0);
  OK(store_schedule_published(w->store, "other", due, due, &run_id, &w->e));
  assert_int_equal(run_id, 0);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test_setup_teardown(test_kept, set_up, tear_down),
      cmocka_unit_test_setup_teardown(test_listed_and_forgotten, set_up, tear_down),
      cmocka_unit_test_setup_teardown(test_published, set_up, tear_down),
  };
  return cmocka_run_group_tests_name("store_schedule", tests, NULL, NULL);
}
