/* Reading a run: conditions, orders, groups. */
#include "store_world.h"

/* ---- lists ---- */

static void test_list(void **state) {
  world *w = *state;
  OK(store_open(w->path, STORE_WRITE, &w->store, &w->e));
  run_customers(w, "acme");
  store_reader *r;
  OK(store_reader_open(w->store, "acme", &r, &w->e));
  const struct {
    store_condition c;
    const char *sort;
    int64_t limit;
    const char *keys;
  } cases[] = {
      {{0}, NULL, -1, "D1 D10 D2 a|b bad "},
      {{0}, NULL, 2, "D1 D10 "},
      {{0}, "-customer_id", 2, "bad a|b "},
      {{0}, "score", -1, "a|b D2 D1 D10 bad "}, /* the missing last */
      {{0}, "-score", -1, "D1 D2 a|b D10 bad "},
      {{0}, "grade", -1, "a|b D2 D1 D10 bad "}, /* low, high, apex */
      {{0}, "-grade", 3, "D1 D2 a|b "},
      {{0}, "share", 3, "D2 D1 a|b "},
      {{0}, "-share", 3, "a|b D1 D2 "},
      {{0}, "-status", 1, "bad "},
      {{0}, "dbt", 3, "a|b D1 D2 "},
      {{0}, "note", 3, "a|b D1 D2 "},
      {{"score", ">", "54.50"}, NULL, -1, "D1 "},
      {{"score", ">=", "54.5"}, NULL, -1, "D1 D2 "},
      {{"score", "!=", "54.50"}, NULL, -1, "D1 a|b "},
      {{"score", "=", ""}, NULL, -1, "D10 bad "},
      {{"score", "!=", ""}, NULL, -1, "D1 D2 a|b "},
      {{"grade", "=", "high"}, NULL, -1, "D2 "},
      {{"grade", "!=", "high"}, NULL, -1, "D1 a|b "},
      {{"grade", "<", "apex"}, NULL, -1, "D2 a|b "},
      {{"grade", "<", "low"}, NULL, -1, ""},
      {{"grade", ">=", "high"}, NULL, -1, "D1 D2 "},
      {{"credit_limit", "=", "90071992547409.93"}, NULL, -1, "a|b "}, /* beyond a double */
      {{"credit_limit", ">", "90071992547409.92"}, NULL, -1, "a|b "},
      {{"next_follow_up", "=", "2025-09-27T12:00:00Z"}, NULL, -1, "D1 "},
      {{"next_follow_up", "<", "2025-09-28"}, NULL, -1, "D1 a|b "},
      {{"due", "<=", "2025-09-26"}, NULL, -1, "D1 a|b "},
      {{"hold", "=", "true"}, NULL, -1, "D1 "},
      {{"hold", "!=", "true"}, NULL, -1, "D2 a|b "},
      {{"share", "=", "0.67"}, NULL, -1, "D1 "}, /* as written */
      {{"share", "<", "0"}, NULL, -1, "D2 "},
      {{"thirds", "=", "-1.33"}, NULL, -1, "D2 "},
      {{"dbt", ">", "1e10"}, NULL, -1, "D2 "},
      {{"days", "<", "0"}, NULL, -1, "D2 "},
      {{"note", "=", "好"}, NULL, -1, "D2 "},
      {{"note", "=", "O'Hara \"x\""}, NULL, -1, "D1 "},
      {{"note", "=", "' OR 1=1 --"}, NULL, -1, ""},
      {{"note", "!=", ""}, NULL, -1, "D1 D2 "},
      {{"reasons", "has", "A"}, NULL, -1, "D1 "},
      {{"reasons", "has", "B"}, "-customer_id", -1, "a|b D1 "},
      {{"reasons", "has", "B:1.50"}, NULL, -1, "D1 "},
      {{"reasons", "has", "1.50"}, NULL, -1, ""},
      {{"reasons", "=", ""}, NULL, -1, "D10 D2 bad "},
      {{"customer_id", "=", "D10"}, NULL, -1, "D10 "},
      {{"customer_id", ">", "D10"}, NULL, -1, "D2 a|b bad "},
      {{"status", "=", "error"}, NULL, -1, "bad "},
      {{"status", "!=", "error"}, NULL, 1, "D1 "},
  };
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    buffer keys = {0};
    buffer_text(&keys, "");
    store_query q = {.conditions = &cases[i].c,
                     .condition_count = cases[i].c.name != NULL,
                     .sort = cases[i].sort,
                     .limit = cases[i].limit};
    OK(store_list(r, &q, collect_keys, &keys, &w->e));
    if (strcmp(keys.data, cases[i].keys) != 0)
      fail_msg("case %zu (%s %s %s, sort %s): %s", i, cases[i].c.name, cases[i].c.op,
               cases[i].c.value, cases[i].sort, keys.data);
    buffer_deinit(&keys);
  }
  store_condition both[] = {{"hold", "=", "false"}, {"days", "=", "0"}};
  store_query q = {.conditions = both, .condition_count = 2, .limit = -1};
  buffer keys = {0};
  OK(store_list(r, &q, collect_keys, &keys, &w->e));
  assert_string_equal(keys.data, "a|b ");
  buffer_deinit(&keys);
  store_reader_close(r);
}

static error_code collect_last(void *ctx, const store_row *row, error *e) {
  (void)e;
  snprintf(ctx, 40, "%s", row->key);
  return ERR_OK;
}

/* Row after row, each asked for behind the one before, is the list in one go. */
static void test_list_goes_on_behind_a_row(void **state) {
  world *w = *state;
  OK(store_open(w->path, STORE_WRITE, &w->store, &w->e));
  run_customers(w, "acme");
  store_reader *r;
  OK(store_reader_open(w->store, "acme", &r, &w->e));
  static const char *const sorts[] = {
      NULL,        "-customer_id", "score",         "-score", "grade",       "-grade",
      "share",     "-share",       "-status,score", "dbt",    "note,-score", "reasons,-customer_id",
      "hold,grade"};
  static const store_condition not_d2 = {"customer_id", "!=", "D2"};
  for (size_t i = 0; i < 2 * sizeof sorts / sizeof *sorts; i++) {
    buffer all = {0}, pages = {0};
    char last[40] = "";
    store_query q = {
        .sort = sorts[i / 2], .limit = -1, .conditions = &not_d2, .condition_count = i % 2};
    OK(store_list(r, &q, collect_keys, &all, &w->e));
    q.limit = 1;
    for (size_t n = 0;; n++) {
      char now[40] = "";
      OK(store_list(r, &q, collect_last, now, &w->e));
      if (!*now) break;
      if (n > 10) fail_msg("sort %s: %.*s", sorts[i / 2], (int)pages.size, pages.data);
      buffer_format(&pages, "%s ", now);
      strcpy(last, now);
      q.after = last;
    }
    if (all.size != pages.size || memcmp(all.data, pages.data, all.size) != 0)
      fail_msg("sort %s: %.*s, page by page %.*s", sorts[i / 2], (int)all.size, all.data,
               (int)pages.size, pages.data);
    buffer_deinit(&all);
    buffer_deinit(&pages);
  }
  store_reader_close(r);
}

static void test_list_refuses(void **state) {
  world *w = *state;
  OK(store_open(w->path, STORE_WRITE, &w->store, &w->e));
  run_customers(w, "acme");
  store_reader *r;
  OK(store_reader_open(w->store, "acme", &r, &w->e));
  const struct {
    store_condition c;
    const char *sort, *says;
  } cases[] = {
      {{"scor", "=", "1"}, NULL, "acme has no column scor; did you mean score?"},
      {{"score", "=", "1"}, "grad", "did you mean grade?"},
      {{"score", "~", "1"}, NULL, "there is no operator ~"},
      {{"score", "=", "1.005"}, NULL, "no more decimals than it has"},
      {{"score", "=", "high"}, NULL, "score is of the type decimal(2)"},
      {{"grade", "=", "hihg"}, NULL, "did you mean high?"},
      {{"hold", "=", "yes"}, NULL, "true or false"},
      {{"due", "=", "2025-02-30"}, NULL, "like 2025-10-01"},
      {{"next_follow_up", "=", "soon"}, NULL, "like 2025-10-01T18:00:00+08:00"},
      {{"grade", "has", "high"}, NULL, "no list of codes"},
      {{"customer_id", "has", "D"}, NULL, "no list of codes"},
      {{"status", "=", "fine"}, NULL, "status=graded or status=error"},
  };
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    buffer keys = {0};
    store_query q = {
        .conditions = &cases[i].c, .condition_count = 1, .sort = cases[i].sort, .limit = -1};
    assert_int_equal(store_list(r, &q, collect_keys, &keys, &w->e), ERR_USAGE);
    assert_says(w->e.message, cases[i].says);
    assert_null(keys.data);
  }
  store_reader_close(r);
}

/* ---- the report's numbers ---- */

static error_code collect_groups(void *ctx, const char *name, int64_t count, int64_t with_sum,
                                 int64_t above_zero, int128 sum, error *e) {
  (void)e;
  buffer_format(ctx, "%s %lld %lld %lld %lld/", name ? name : "-", (long long)count,
                (long long)with_sum, (long long)above_zero, (long long)(sum / 1000));
  return ERR_OK;
}

static error_code collect_codes(void *ctx, const char *code, int64_t count, error *e) {
  (void)e;
  buffer_format(ctx, "%s %lld/", code, (long long)count);
  return ERR_OK;
}

static void test_groups(void **state) {
  world *w = *state;
  OK(store_open(w->path, STORE_WRITE, &w->store, &w->e));
  begin(w, "acme");
  for (int i = 0; i < CUSTOMERS; i++) maker_add(&w->maker, &customers[i]);
  customer rich = customers[3]; /* three of these sum to more than 64 bits hold */
  const char *const keys[] = {"r1", "r2", "r3"};
  for (int i = 0; i < 3; i++) {
    rich.key = keys[i];
    rich.limit = INT64_MAX - 7;
    rich.reasons = "B:1|B:2|C";
    maker_add(&w->maker, &rich);
  }
  OK(store_add(w->store, &w->maker.d, &w->e));
  OK(store_publish(w->store, 1, &w->e));
  store_reader *r;
  OK(store_reader_open(w->store, "acme", &r, &w->e));
  buffer b = {0};
  OK(store_group(r, "grade", "score", collect_groups, &b, &w->e));
  assert_string_equal(b.data, "low 4 4 4 5/high 1 1 1 5/apex 1 1 1 9/- 1 0 0 0/");
  buffer_clear(&b);
  OK(store_group(r, "hold", NULL, collect_groups, &b, &w->e));
  assert_string_equal(b.data, "0 5 0 0 0/1 1 0 0 0/- 1 0 0 0/");
  buffer_clear(&b);
  OK(store_group(r, NULL, "credit_limit", collect_groups, &b, &w->e));
  int128 sum = (int128)(INT64_MAX - 7) * 3 + 9007199254740993 + 300000000;
  char expected[96];
  snprintf(expected, sizeof expected, "- 7 6 5 %lld/", (long long)(sum / 1000));
  assert_string_equal(b.data, expected);
  buffer_clear(&b);
  OK(store_code_counts(r, "reasons", collect_codes, &b, &w->e));
  assert_string_equal(b.data, "B 5/C 3/A 1/"); /* a decision counts once */
  assert_int_equal(store_group(r, "note", NULL, collect_groups, &b, &w->e), ERR_USAGE);
  assert_int_equal(store_group(r, "grade", "due", collect_groups, &b, &w->e), ERR_USAGE);
  assert_int_equal(store_code_counts(r, "note", collect_codes, &b, &w->e), ERR_USAGE);
  buffer_deinit(&b);
  store_reader_close(r);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      TEST(test_list),
      TEST(test_list_goes_on_behind_a_row),
      TEST(test_list_refuses),
      TEST(test_groups),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
