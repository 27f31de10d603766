/* A stream of records in, a stream of decisions out, both in Arrow's C interface; the records are made
 * with the row builder.   stream RULES   (rules/real-estate-leads) */
#include <assay/assay.h>
#include <assay/rows.h>
#include <stdio.h>

enum { RECORDS = 10000 };

static const assay_column columns[] = {{"customer_id", ASSAY_TEXT},
                                       {"name", ASSAY_TEXT},
                                       {"expected_purchase", ASSAY_DATE},
                                       {"budget", ASSAY_TEXT},
                                       {"unit_price", ASSAY_TEXT},
                                       {"financing", ASSAY_TEXT},
                                       {"visits", ASSAY_INT64},
                                       {"decision_maker", ASSAY_BOOLEAN},
                                       {"source", ASSAY_TEXT},
                                       {"units_bought", ASSAY_INT64},
                                       {"strategic", ASSAY_BOOLEAN},
                                       {"hold_forfeited", ASSAY_BOOLEAN},
                                       {"last_contact_at", ASSAY_TIMESTAMP},
                                       {"do_not_contact", ASSAY_BOOLEAN}};
enum {
  ID,
  NAME,
  PURCHASE,
  BUDGET,
  PRICE,
  FINANCING,
  VISITS,
  DECIDES,
  SOURCE,
  UNITS,
  STRATEGIC,
  FORFEITED,
  CONTACT,
  NO_CONTACT
};

static int fill(void *source, assay_rows *rows) {
  int *next = source;
  for (; *next < RECORDS && !assay_rows_full(rows); ++*next) {
    char id[16];
    const int i = *next;
    snprintf(id, sizeof id, "S%d", i);
    assay_rows_text(rows, ID, id, strlen(id));
    assay_rows_date(rows, PURCHASE, 20357 + i % 200);
    assay_rows_text(rows, BUDGET, i % 100 ? "3200000.00" : "-1", i % 100 ? 10 : 2);
    assay_rows_text(rows, PRICE, "3000000.00", 10);
    if (i % 3) assay_rows_text(rows, FINANCING, "cash", 4);
    assay_rows_int64(rows, VISITS, i % 4);
    assay_rows_int64(rows, UNITS, 0);
    assay_rows_boolean(rows, STRATEGIC, i % 10 == 0);
    assay_rows_boolean(rows, FORFEITED, false);
    assay_rows_boolean(rows, NO_CONTACT, false);
    assay_rows_end(rows);
  }
  return 0;
}

/* How many of a column of texts are this word. */
static int64_t count_words(const struct ArrowArray *a, const char *word) {
  const int32_t *offsets = a->buffers[1];
  const size_t n = strlen(word);
  int64_t count = 0;
  for (int64_t i = 0; i < a->length; i++)
    count += (size_t)(offsets[i + 1] - offsets[i]) == n &&
             !memcmp((const char *)a->buffers[2] + offsets[i], word, n);
  return count;
}

int main(int argc, char **argv) {
  const assay_options options = {.struct_size = sizeof options,
                                 .as_of = "2025-09-26T15:00:00+08:00"};
  const assay_request request = {.struct_size = sizeof request, .batch_rows = 3000, .shards = 1};
  assay_error error = {.struct_size = sizeof error};
  assay_plugin_error trouble = {.struct_size = sizeof trouble};
  struct ArrowArrayStream records, decisions;
  struct ArrowSchema types;
  struct ArrowArray batch;
  assay_rules *rules;
  int next = 0;
  int64_t rows = 0, graded = 0, rejected = 0;
  if (argc < 2) return 2;
  if (assay_load(argv[1], NULL, &rules, &error) ||
      assay_rows_stream(columns, sizeof columns / sizeof *columns, &request, fill, NULL, &next,
                        &records, &trouble) ||
      assay_evaluate_stream(rules, &records, &options, &decisions, &error)) {
    fprintf(stderr, "%s%s\n", error.message, trouble.message);
    return 1;
  }
  if (decisions.get_schema(&decisions, &types)) return 1;
  for (int64_t i = 0; i < types.n_children; i++)
    printf("%s%s:%s", i ? " " : "", types.children[i]->name, types.children[i]->format);
  types.release(&types);
  int failed;
  while (!(failed = decisions.get_next(&decisions, &batch)) && batch.release) {
    rows += batch.length;
    graded += count_words(batch.children[1], "graded");
    rejected += count_words(batch.children[1], "rejected");
    batch.release(&batch);
  }
  if (failed) fprintf(stderr, "%s\n", decisions.get_last_error(&decisions));
  printf("\n%lld records: %lld graded, %lld rejected\n", (long long)rows, (long long)graded,
         (long long)rejected);
  decisions.release(&decisions);
  assay_rules_free(rules);
  return failed != 0;
}
