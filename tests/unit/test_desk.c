/* The desk: what is asked of it, whoever asks, in whatever order and on any thread. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>
#include <pthread.h>
#include <time.h>
#include "arrow_build.h"
#include "data/cast.h"
#include "run/desk_parts.h"
#include "support/asking.h"

#define COUNT(list) (sizeof(list) / sizeof *(list))

/* ---- one small policy ---- */

static const char shop_company[] =
    "fields { id = key, rating = choice { 'A', 'B' }, worth = money { required = true }, vip = "
    "boolean }\n"
    "related 'items' { source = { plugin = 'csv', path = 'items.csv' }, key = 'id',\n"
    "  where = 'coalesce(n, 1) * coalesce(n, 1) * coalesce(n, 1) < 1000',\n"
    "  fields = { due = date, amount = money { min = 0 }, n = integer } }\n"
    "params { factor = decimal(2) { default = 0.50 } }\n"
    "outputs { 'overdue', 'worth_more', 'limit', 'before', 'share', 'reasons' }\n";
static const char shop_rules[] =
    "derive 'overdue' { sum = 'amount', of = 'items', where = 'due < today' }\n"
    "derive 'worth_more' { 'worth * factor' }\n"
    "limit 'limit' { start { 'worth', code = 'BASE' }, at_most { { '1000000000000000.00', 'CAP' } "
    "},\n"
    "  round_down(0.01) }\n"
    "derive 'before' { 'previous(\"limit\")' }\n"
    "total 'all' { of = 'worth' }\n"
    "derive 'share' { 'worth / all' }\n"
    "codes 'reasons' { { 'OWES', 'overdue > 0', value = 'overdue' }, 'BASE' }\n";

static desk *shop(run_world *w) {
  char path[160];
  world_open(w);
  world_pack(w, shop_company, shop_rules);
  world_put(w, "items.csv", "id,due,amount,n\n");
  world_put(w, "reasons.en.csv",
            "code,text\nOWES,\"{value} is overdue, of \"\"{worth_more}\"\"\"\n");
  snprintf(path, sizeof path, "%s/test", w->folder);
  return desk_of(path, w->database);
}

static void shop_closes(run_world *w, desk *d) {
  desk_release(d);
  world_close(w);
}

static void a_whole_answer(void **state) {
  (void)state;
  run_world w;
  desk *d = shop(&w);
  assert_int_equal(world_run(&w, "id,rating,worth,vip\nA,A,300.00,\nB,B,100.00,\n"), ERR_OK);
  char *got = ask(d, &plain,
                  "{\"id\":\"N1\",\"worth\":100,\"vip\":true,\"items\":[{\"due\":\"2025-09-01\","
                  "\"amount\":60.50},{\"due\":null,\"amount\":\"7\"},{\"due\":\"2026-01-01\"}],"
                  "\"previous\":{\"limit\":90.5}}");
  char wanted[1024];
  snprintf(
      wanted, sizeof wanted,
      "{\"pack\":\"test\",\"pack_hash\":\"%s\",\"as_of\":\"2025-09-26T15:00:00+08:00\",\"run\":1,"
      "\"key\":\"N1\",\"status\":\"graded\",\"outputs\":{\"overdue\":60.50,\"worth_more\":50.00,"
      "\"limit\":100.00,\"before\":90.50,\"share\":0.25,\"reasons\":[\"OWES:60.50\",\"BASE\"]},"
      "\"reasons\":[{\"list\":\"reasons\",\"code\":\"OWES:60.50\","
      "\"text\":\"60.50 is overdue, of \\\"50.00\\\"\"},"
      "{\"list\":\"reasons\",\"code\":\"BASE\",\"text\":null}],\"outcomes\":[]}",
      desk_pack(d)->hash);
  assert_string_equal(got, wanted);
  free(got);
  shop_closes(&w, d);
}

static void money_is_exact(void **state) {
  (void)state;
  run_world w;
  desk *d = shop(&w);
  assert_int_equal(world_run(&w, "id,rating,worth,vip\nA,A,1.00,\n"), ERR_OK);
  answers(d, &plain, "{\"worth\":12345678901234.89}", "\"limit\":12345678901234.89,");
  answers(d, &plain, "{\"worth\":92233720368547758.07}", "\"share\":92233720368547758.07,");
  answers(d, &plain, "{\"worth\":12345678901234567.89}", "\"limit\":1000000000000000.00,");
  answers(d, &plain, "{\"worth\":0.1}", "\"worth_more\":0.05,\"limit\":0.10,");
  answers(d, &plain,
          "{\"worth\":\"0.30\",\"items\":[{\"due\":\"2025-01-01\",\"amount\":0.1},"
          "{\"due\":\"2025-01-01\",\"amount\":0.2}]}",
          "{\"overdue\":0.30,");
  answers(d, &plain, "{\"worth\":0.105}", "\"code\":\"BAD_VALUE:worth\"");
  answers(d, &plain, "{\"worth\":99999999999999999999999}", "\"code\":\"OUT_OF_RANGE:worth\"");
  answers(d, &plain, "{\"worth\":1e3}", "\"code\":\"BAD_VALUE:worth\"");
  shop_closes(&w, d);
}

static void a_batch_in_its_order(void **state) {
  (void)state;
  run_world w;
  desk *d = shop(&w);
  assert_int_equal(world_run(&w, "id,rating,worth,vip\nA,A,100.00,\n"), ERR_OK);
  char *got = ask(d, &plain,
                  "[{\"id\":\"a\",\"worth\":1},{\"id\":\"b\"},{\"worth\":3},"
                  "{\"id\":\"c\",\"worth\":\"x\"},{\"id\":\"d\",\"worth\":4}]");
  static const char *const parts[] = {
      "\"decisions\":[{\"key\":\"a\",\"status\":\"graded\"",
      "},{\"key\":\"b\",\"status\":\"rejected\",\"outputs\":null,\"reasons\":[],\"outcomes\":[{"
      "\"kind\":\"reject\",\"code\":\"REQUIRED:worth\",\"field\":\"worth\",\"rule\":null,",
      "},{\"key\":null,\"status\":\"graded\"",
      "},{\"key\":\"c\",\"status\":\"rejected\"",
      "\"value\":\"x\"",
      "},{\"key\":\"d\",\"status\":\"graded\"",
      "}]}"};
  const char *at = got;
  for (size_t i = 0; i < COUNT(parts); i++)
    if (!(at = strstr(at, parts[i]))) fail_msg("%s\nhas not, in order, %s", got, parts[i]);
  free(got);
  buffer many = {0};
  buffer_char(&many, '[');
  for (int i = 0; i < 5000; i++)
    buffer_format(&many, "%s{\"id\":\"K%d\",\"worth\":%d}", i ? "," : "", i, i);
  buffer_text(&many, "]");
  got = ask(d, &plain, many.data);
  const json *read;
  arena a = {0};
  assert_int_equal(json_read(&a, got, strlen(got), "answer", &read, NULL), ERR_OK);
  const json *decisions_read = json_member(read, "decisions");
  assert_int_equal(json_count(decisions_read), 5000);
  assert_string_equal(json_member_text(&decisions_read->items[4321], "key"), "K4321");
  assert_string_equal(
      json_member(json_member(&decisions_read->items[4321], "outputs"), "limit")->text, "4321.00");
  arena_deinit(&a);
  buffer_deinit(&many);
  free(got);
  shop_closes(&w, d);
}

static void what_is_no_question(void **state) {
  (void)state;
  run_world w;
  desk *d = shop(&w);
  refuses(d, &plain, "{\"worth\":1}", ERR_NOT_FOUND,
          "total \"all\" is worked out over all customers");
  assert_int_equal(world_run(&w, "id,rating,worth,vip\nA,A,100.00,\n"), ERR_OK);
  desk_release(d);
  char path[160];
  snprintf(path, sizeof path, "%s/test", w.folder);
  d = desk_of(path, w.database);
  refuses(d, &plain, "{\"wroth\":1}", ERR_USAGE,
          "the request: the pack has no field \"wroth\"; did you mean \"worth\"?");
  refuses(d, &plain, "{\"worth\":1,\"items\":[{\"amuont\":1}]}", ERR_USAGE,
          "a record of \"items\" has no field \"amuont\"; did you mean \"amount\"?");
  refuses(d, &plain, "{\"worth\":[{}]}", ERR_USAGE, "\"worth\" is a single value, no list");
  refuses(d, &plain, "{\"items\":3}", ERR_USAGE, "\"items\" is a list of records");
  refuses(d, &plain, "{\"worth\":{\"a\":1}}", ERR_USAGE, "the request: worth is an object");
  refuses(d, &plain, "[{\"worth\":1},{\"items\":[{},3]}]", ERR_USAGE,
          "the request: record 2: items[1] must be an object");
  refuses(d, &plain, "{\"worth\":1,\n\"worth\":2}", ERR_USAGE,
          "the request: line 2, column 2, in worth: this name stands twice");
  refuses(d, &plain, "[]", ERR_USAGE, "a record is an object");
  refuses(d, &plain, "3", ERR_USAGE, "a record is an object");
  refuses(d, &plain, "{\"worth\":1,\"previous\":{\"limit\":\"much\"}}", ERR_USAGE,
          "the previous value of \"limit\"");
  desk_question q = plain;
  q.known = true;
  refuses(d, &q, "{\"worth\":1,\"previous\":{\"limit\":1}}", ERR_USAGE, "only one of the two");
  q = plain;
  q.params = &(param_value){"fcator", "1"};
  q.param_count = 1;
  refuses(d, &q, "{\"worth\":1}", ERR_PACK, "did you mean");
  q = plain;
  q.demands = true;
  refuses(d, &q, "{}", ERR_USAGE, "the pack requires worth: give it with the request");
  shop_closes(&w, d);
}

static void moments_and_parameters(void **state) {
  (void)state;
  run_world w;
  desk *d = shop(&w);
  assert_int_equal(world_run(&w, "id,rating,worth,vip\nA,A,100.00,\n"), ERR_OK);
  const char *record = "{\"worth\":100,\"items\":[{\"due\":\"2025-09-26\",\"amount\":5}]}";
  answers(d, &plain, record, "\"overdue\":0.00,\"worth_more\":50.00");
  desk_question q = plain;
  q.as_of += 86400;
  answers(d, &q, record, "\"as_of\":\"2025-09-27T15:00:00+08:00\"");
  answers(d, &q, record, "\"overdue\":5.00,\"worth_more\":50.00");
  q.params = &(param_value){"factor", "0.25"};
  q.param_count = 1;
  answers(d, &q, record, "\"overdue\":5.00,\"worth_more\":25.00");
  for (int day = 0; day < 20; day++) { /* more moments than plans are kept */
    q.as_of = AS_OF + 86400 * (int64_t)(day % 9);
    answers(d, &q, record, day % 9 ? "\"overdue\":5.00" : "\"overdue\":0.00");
  }
  q = (desk_question){.now = true, .what = "the request"};
  const desk_question *now = &q;
  desk_answer a;
  error e = {0};
  const handmade_value worth = {.name = "worth", .text = "1"};
  const handmade_record one = {1, &worth};
  q.records = &one;
  q.count = 1;
  const int64_t before = time(NULL);
  assert_int_equal(desk_ask(d, now, &a, &e), ERR_OK);
  assert_true(a.as_of % 60 == 0 && a.as_of <= time(NULL) && a.as_of > before - 60);
  desk_done(d, &a);
  shop_closes(&w, d);
}

static void lists_as_a_run_joins_them(void **state) {
  (void)state;
  run_world w;
  desk *d = shop(&w);
  assert_int_equal(world_run(&w, "id,rating,worth,vip\nA,A,100.00,\n"), ERR_OK);
  /* the second does not count, by the related list's own condition */
  answers(d, &plain,
          "{\"worth\":1,\"items\":[{\"due\":\"2025-01-01\",\"amount\":1.00},"
          "{\"due\":\"2025-01-01\",\"amount\":2,\"n\":10}]}",
          "\"overdue\":1.00,");
  /* and of this one it cannot be said */
  answers(d, &plain,
          "{\"id\":\"Z\",\"worth\":1,\"items\":[{\"amount\":1},{\"n\":9223372036854775807}]}",
          "\"key\":\"Z\",\"status\":\"rejected\",\"outputs\":null,\"reasons\":[],\"outcomes\":[{"
          "\"kind\":"
          "\"reject\",\"code\":\"OVERFLOW\",\"field\":\"items\"");
  answers(d, &plain, "{\"worth\":1,\"items\":[{\"amount\":-1}]}", "\"field\":\"items.amount\"");
  buffer many = {0};
  buffer_text(&many, "[");
  for (int i = 0; i < 3; i++) {
    buffer_format(&many, "%s{\"worth\":1,\"items\":[", i ? "," : "");
    for (int k = 0; k < 3000 + i; k++)
      buffer_format(&many, "%s{\"due\":\"2025-01-01\",\"amount\":1,\"n\":%s}", k ? "," : "",
                    k % 2 ? "9" : "10");
    buffer_text(&many, "]}");
  }
  buffer_text(&many, "]");
  char *got = ask(d, &plain, many.data);
  const char *at = strstr(got, "\"overdue\":1500.00,");
  assert_non_null(at);
  at = strstr(at + 1, "\"overdue\":1500.00,");
  assert_non_null(at);
  assert_non_null(strstr(at, "\"overdue\":1501.00,"));
  free(got);
  buffer_deinit(&many);
  shop_closes(&w, d);
}

static void previous_values_of_the_store(void **state) {
  (void)state;
  run_world w;
  desk *d = shop(&w);
  desk_question q = plain;
  q.known = true;
  assert_int_equal(world_run(&w, "id,rating,worth,vip\nA,A,100.00,\nB,A,300.00,\n"), ERR_OK);
  answers(d, &q, "{\"id\":\"A\",\"worth\":1}", "\"before\":100.00,");
  answers(d, &q, "{\"id\":\"B\",\"worth\":1}", "\"before\":300.00,");
  answers(d, &q, "{\"id\":\"C\",\"worth\":1}", "\"before\":null,");
  answers(d, &q, "{\"worth\":1}", "\"before\":null,");
  answers(d, &plain, "{\"id\":\"A\",\"worth\":1}", "\"before\":null,");
  answers(d, &q, "[{\"id\":\"B\",\"worth\":1},{\"id\":\"x\"},{\"id\":\"A\",\"worth\":1}]",
          "\"before\":300.00,");
  /* later runs are noticed, also when the one that was read is dropped */
  for (int run = 2; run <= 4; run++) {
    char csv[128];
    snprintf(csv, sizeof csv, "id,rating,worth,vip\nA,A,%d00.00,\n", run);
    assert_int_equal(world_run(&w, csv), ERR_OK);
  }
  nanosleep(&(struct timespec){1, 100 * 1000 * 1000}, NULL);
  answers(d, &q, "{\"id\":\"A\",\"worth\":1}", "\"run\":4,\"key\":\"A\"");
  answers(d, &q, "{\"id\":\"A\",\"worth\":1}", "\"before\":400.00,");
  answers(d, &q, "{\"id\":\"B\",\"worth\":1}", "\"before\":null,");
  shop_closes(&w, d);
}

/* Rows of an Arrow array, from the middle of it, with what the store has of their keys. */
static void rows_of_an_array(void **state) {
  (void)state;
  run_world w;
  arena a = {0};
  error e = {0};
  cast *bound;
  desk_answer got;
  desk *d = shop(&w);
  assert_int_equal(world_run(&w, "id,rating,worth,vip\nK2,A,100.00,\nK3,A,300.00,\n"), ERR_OK);
  static const char *const ratings[] = {"A", "B", "A", "C", "B"}, *const worths[] = {"1", "2", "3",
                                                                                     "4", "5"};
  static const bool vips[5] = {true};
  static const int64_t none[6] = {0};
  static const int32_t no_dates[1] = {0};
  built *item_columns[] = {build_values(&a, "due", "tdD", no_dates, 4, NULL, 0, 0),
                           build_texts(&a, "amount", NULL, 0, 0, false),
                           build_texts(&a, "n", NULL, 0, 0, false)};
  built *columns[] = {build_ids(&a, 5), build_texts(&a, "rating", ratings, 5, 0, false),
                      build_texts(&a, "worth", worths, 5, 0, false),
                      build_booleans(&a, "vip", vips, NULL, 5, 0),
                      build_lists(&a, "items", none, NULL, 5, false,
                                  build_records(&a, "item", item_columns, 3, 0, 0))};
  built *records = build_records(&a, "", columns, 5, 5, 0);
  desk_question q = plain;
  q.known = true;
  assert_int_equal(desk_bind(d, &q, &records->schema, &bound, &e), ERR_OK);
  q.cast = bound;
  q.array = &records->array;
  q.from_row = 1;
  q.count = 4;
  if (desk_ask(d, &q, &got, &e)) fail_msg("%s", e.message);
  assert_int_equal(got.in->rows, 3);
  assert_int_equal(got.in->reject_count, 1);
  assert_string_equal(got.in->rejects[0].key, "K3");
  assert_string_equal(got.in->rejects[0].code, "UNKNOWN_CHOICE");
  assert_int_equal(got.in->rejects[0].sequence, 3);
  const column *before = &got.out->outputs[3]; /* K1, K2, K4 */
  assert_true(column_missing(before, 0) && column_missing(before, 2));
  assert_int_equal(before->i64[1], 10000);
  assert_int_equal(got.out->outputs[2].i64[2], 500);
  desk_done(d, &got);
  cast_free(bound);
  arena_deinit(&a);
  shop_closes(&w, d);
}

static void explained(void **state) {
  (void)state;
  run_world w;
  desk *d = shop(&w);
  assert_int_equal(world_run(&w, "id,rating,worth,vip\nA,A,100.00,\n"), ERR_OK);
  desk_question q = plain;
  q.explains = true;
  answers(d, &q, "{\"worth\":100}", "\"explanation\":{\"kind\":\"decision\",\"children\":[");
  answers(d, &q, "{\"worth\":100}", "\"rule\":\"worth * factor\",\"filled\":\"100.00 * 0.50\"");
  answers(d, &plain, "{\"worth\":100}", "\"outcomes\":[]}");
  answers(d, &q, "{\"worth\":\"?\"}", "\"status\":\"rejected\"");
  shop_closes(&w, d);
}

/* ---- Lua rules, and how much a desk keeps ---- */

static void rules_in_lua(void **state) {
  (void)state;
  run_world w;
  char path[160];
  world_open(&w);
  world_pack(&w, "fields { id = key, n = integer }\noutputs { 'twice', 'reasons' }",
             "rule 'twice' { type = integer, function(c)\n"
             "  if c.n == 13 then error('unlucky') end\n"
             "  if c.n == 14 then while true do end end\n"
             "  reason('SAID', c.n)\n  return c.n * 2 end }\ncodes 'reasons' { 'SAID' }\n");
  snprintf(path, sizeof path, "%s/test", w.folder);
  desk *d = desk_of(path, NULL);
  for (int i = 0; i < 30; i++) {
    answers(d, &plain, "{\"n\":21}", "\"twice\":42,\"reasons\":[\"SAID:21\"]");
    answers(d, &plain, "{\"n\":13}", "\"code\":\"RULE_ERROR\",\"field\":null,\"rule\":\"twice\"");
    if (!i) answers(d, &plain, "{\"n\":14}", "\"code\":\"RULE_BUDGET\"");
    answers(d, &plain, "{}", "\"code\":\"RULE_ERROR\"");
  }
  shop_closes(&w, d);
}

/* A decision keeps the lists that a rule walks: a record may begin with them. */
static void from_a_stored_decision(void **state) {
  (void)state;
  run_world w;
  char path[160];
  error e = {0};
  store *from;
  store_reader *reader;
  desk_answer a;
  buffer shown = {0};
  world_open(&w);
  world_pack(&w,
             "fields { id = key, n = integer }\n"
             "related 'visits' { source = { plugin = 'csv', path = 'visits.csv' }, key = 'id',\n"
             "  fields = { minutes = integer } }\noutputs { 'total', 'long' }",
             "rule 'total' { type = integer, function(c)\n  local sum = c.n\n"
             "  for _, v in ipairs(c.visits) do sum = sum + v.minutes end\n  return sum end }\n"
             "derive 'long' { max = 'minutes', of = 'visits' }\n");
  world_put(&w, "visits.csv", "id,minutes\nA,10\nA,5\nB,1\n");
  assert_int_equal(world_run(&w, "id,n\nA,100\nB,200\n"), ERR_OK);
  snprintf(path, sizeof path, "%s/test", w.folder);
  desk *d = desk_of(path, NULL);
  assert_int_equal(store_open(w.database, STORE_READ, &from, &e), ERR_OK);
  assert_int_equal(store_reader_open(from, "test", &reader, &e), ERR_OK);
  const handmade_value n = {.name = "n", .text = "7"}, minutes = {.name = "minutes", .text = "3"};
  const handmade_record visit = {1, &minutes};
  const handmade_value visits[] = {n, {.name = "visits", .item_count = 1, .items = &visit}};
  const struct {
    handmade_record record;
    const char *total, *longest;
  } cases[] = {{{0, NULL}, "115", "10"}, {{1, &n}, "22", "10"}, {{2, visits}, "10", "10"}};
  for (size_t i = 0; i < COUNT(cases); i++) {
    desk_question q = plain;
    q.records = &cases[i].record;
    q.count = 1;
    q.from = reader;
    q.customer = "A";
    q.explains = i == 1;
    if (desk_ask(d, &q, &a, &e)) fail_msg("%s", e.message);
    for (int k = 0; k < 2; k++) {
      buffer_clear(&shown);
      column_write(&shown, &a.out->outputs[k], 0, (zone){0});
      buffer_text(&shown, "");
      assert_string_equal(shown.data, k ? cases[i].longest : cases[i].total);
    }
    desk_done(d, &a);
  }
  buffer_deinit(&shown);
  store_reader_close(reader);
  store_close(from);
  shop_closes(&w, d);
}

/* ---- what a desk keeps ---- */

static void what_is_huge_is_not_kept(void **state) {
  (void)state;
  run_world w;
  desk *d = shop(&w);
  buffer huge = {0};
  assert_int_equal(world_run(&w, "id,rating,worth,vip\nA,A,100.00,\n"), ERR_OK);
  for (int i = 0; i < 3; i++) answers(d, &plain, "{\"worth\":1}", "\"graded\"");
  assert_int_equal(d->plan_count, 1);
  assert_int_equal(d->plans[0]->idle_count[0], 1);
  buffer_text(&huge, "{\"worth\":1,\"items\":[{}");
  for (int i = 0; i < 40000; i++) buffer_text(&huge, ",{}");
  buffer_text(&huge, "]}");
  answers(d, &plain, huge.data, "\"graded\"");
  assert_int_equal(d->plans[0]->idle_count[0], 0);
  answers(d, &plain, "{\"worth\":1}", "\"graded\"");
  assert_int_equal(d->plans[0]->idle_count[0], 1);
  desk_question q = plain;
  for (int i = 0; i < 12; i++) {
    q.as_of += 60;
    answers(d, &q, "{\"worth\":1}", "\"graded\"");
  }
  assert_true(d->plan_count <= 5);
  buffer_deinit(&huge);
  shop_closes(&w, d);
}

/* ---- anything at all ---- */

static uint64_t next_random(uint64_t *state) {
  *state ^= *state << 13;
  *state ^= *state >> 7;
  return *state ^= *state << 17;
}

/* Texts that are nearly records: answered or refused, and the next question is answered as ever. */
static void nearly_records(void **state) {
  (void)state;
  static const char whole[] =
      "[{\"id\":\"N\",\"worth\":100.25,\"vip\":true,\"rating\":\"A\",\"items\":[{\"due\":\"2025-09-"
      "01\","
      "\"amount\":60.50,\"n\":2},{}],\"previous\":{\"limit\":9}},{\"worth\":\"-1\"}]";
  static const char *const pieces[] = {"{}",
                                       "[]",
                                       "null",
                                       "\"\"",
                                       "1e9",
                                       "-",
                                       "\"worth\":",
                                       "{",
                                       "]",
                                       "99999999999999999999",
                                       "\"items\":[{}]",
                                       ",",
                                       "\\u0000",
                                       "\xff"};
  run_world w;
  desk *d = shop(&w);
  uint64_t seed = 88172645463325252u;
  assert_int_equal(world_run(&w, "id,rating,worth,vip\nA,A,100.00,\n"), ERR_OK);
  for (int round = 0; round < 3000; round++) {
    buffer text = {0}, out = {0};
    error e = {0};
    buffer_add(&text, whole, sizeof whole - 1);
    for (uint64_t changes = next_random(&seed) % 3 + 1; changes > 0; changes--) {
      const size_t at = next_random(&seed) % text.size;
      const char *piece = pieces[next_random(&seed) % COUNT(pieces)];
      const size_t n = strlen(piece) < text.size - at ? strlen(piece) : text.size - at;
      if (next_random(&seed) % 2)
        memcpy(text.data + at, piece, n);
      else
        text.data[at] = (char)next_random(&seed);
    }
    const error_code code = desk_ask_json(d, &plain, text.data, text.size, "en", &out, &e);
    assert_true(code == ERR_OK || code == ERR_USAGE);
    assert_true(code ? *e.message && !out.size : out.size);
    buffer_deinit(&text);
    buffer_deinit(&out);
  }
  answers(d, &plain, "{\"worth\":100}", "\"limit\":100.00,\"before\":null,\"share\":1.00");
  shop_closes(&w, d);
}

/* ---- threads ---- */

enum { THREADS = 4, ROUNDS = 60, RECORDS = 9 };

typedef struct crowd {
  desk *desk;
  char records[RECORDS][96];
  desk_question questions[RECORDS];
  char *wanted[RECORDS];
  const char *database;
} crowd;

static void *ask_again(void *ctx) {
  crowd *c = ctx;
  static int number;
  const int own = __atomic_fetch_add(&number, 1, __ATOMIC_RELAXED);
  desk *d = desk_hold(c->desk);
  long wrong = 0;
  for (int i = 0; i < ROUNDS; i++) {
    const int at = (i * (own * 2 + 1) + own) % RECORDS;
    error e = {0};
    char *got = ask_with(d, &c->questions[at], c->records[at], &e);
    wrong += !got || strcmp(got, c->wanted[at]) != 0;
    free(got);
  }
  desk_release(d);
  return (void *)wrong;
}

static void many_threads_at_once(void **state) {
  (void)state;
  run_world w;
  crowd c = {.desk = shop(&w)};
  pthread_t threads[THREADS];
  assert_int_equal(world_run(&w, "id,rating,worth,vip\nA,A,100.00,\nB,A,300.00,\n"), ERR_OK);
  for (int i = 0; i < RECORDS; i++) {
    snprintf(c.records[i], sizeof c.records[i],
             "{\"id\":\"%c\",\"worth\":%d.00,\"items\":[{\"due\":\"2025-09-2%d\",\"amount\":%d}]}",
             'A' + i % 3, i * 7, i, i + 1);
    c.questions[i] = plain;
    c.questions[i].as_of += 86400 * (int64_t)(i % 6); /* more than plans are kept */
    c.questions[i].explains = i % 4 == 0;
    c.questions[i].known = i % 2 == 0;
    c.wanted[i] = ask(c.desk, &c.questions[i], c.records[i]);
  }
  for (int i = 0; i < THREADS; i++)
    assert_int_equal(pthread_create(&threads[i], NULL, ask_again, &c), 0);
  for (int i = 0; i < THREADS; i++) {
    void *wrong;
    pthread_join(threads[i], &wrong);
    assert_ptr_equal(wrong, NULL);
  }
  for (int i = 0; i < RECORDS; i++) free(c.wanted[i]);
  shop_closes(&w, c.desk);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(a_whole_answer),
      cmocka_unit_test(money_is_exact),
      cmocka_unit_test(a_batch_in_its_order),
      cmocka_unit_test(what_is_no_question),
      cmocka_unit_test(moments_and_parameters),
      cmocka_unit_test(lists_as_a_run_joins_them),
      cmocka_unit_test(previous_values_of_the_store),
      cmocka_unit_test(rows_of_an_array),
      cmocka_unit_test(explained),
      cmocka_unit_test(rules_in_lua),
      cmocka_unit_test(from_a_stored_decision),
      cmocka_unit_test(what_is_huge_is_not_kept),
      cmocka_unit_test(nearly_records),
      cmocka_unit_test(many_threads_at_once),
  };
  return cmocka_run_group_tests_name("desk", tests, NULL, NULL);
}
