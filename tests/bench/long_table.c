/* A decision table of 10,000 rows, first hit: the time of a record, and what the plan costs.
 *
 *   long_table FOLDER KIND ROWS RECORDS ROUNDS
 *
 * prints "RES long-KIND ns-a-record" for each round, and once "RES long-KIND-load seconds" of the
 * pack, "RES long-KIND-plan seconds", and "RES long-KIND-rss KiB" when both are there. KIND `ranges` is a list of exceptions: a region (a choice), a product
 * (a text), a range of amounts, a bound of days and of dates, each of which may be open; the last row
 * takes the rest. KIND `keys` is a price list: the row of a product and a region, a row each. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <time.h>
#include "eval/plan.h"
#include "lang/pack.h"

#define AS_OF 1758870000 /* 2025-09-26T15:00:00+08:00 */
enum { REGIONS = 30, PRODUCTS = 2000, KEYS = 400 };

static uint64_t state = 88172645463325252u;

static unsigned below(unsigned n) {
  state ^= state << 13;
  state ^= state >> 7;
  state ^= state << 17;
  return (unsigned)(state % n);
}

static double now(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return (double)t.tv_sec + (double)t.tv_nsec * 1e-9;
}

static void stop(const char *what, const char *why) {
  fprintf(stderr, "long_table: %s: %s\n", what, why);
  exit(1);
}

/* ---- the pack ---- */

static FILE *file_of(const char *folder, const char *name) {
  char path[512];
  snprintf(path, sizeof path, "%s/%s", folder, name);
  FILE *out = fopen(path, "w");
  if (!out) stop(path, "cannot be written");
  return out;
}

static void write_company(const char *folder) {
  FILE *out = file_of(folder, "company.lua");
  fputs(
      "company { name = 'Prices', currency = 'CNY', timezone = '+08:00', scripts = { 'steps' } }\n"
      "source { plugin = 'csv', path = 'customers.csv' }\n"
      "fields { id = key, region = choice { ",
      out);
  for (int i = 0; i < REGIONS; i++) fprintf(out, "'R%d', ", i);
  fputs("}, product = text, amount = money, days = integer, since = date }\noutputs { 'price' }\n",
        out);
  fclose(out);
  out = file_of(folder, "steps.lua");
  fputs("decision_table 'prices' { file = 'prices.csv' }\n", out);
  fclose(out);
}

static void write_row(FILE *out, size_t number) {
  unsigned low = below(90000), from = below(300);
  fprintf(out, "%zu,", number);
  if (below(10)) fprintf(out, "R%u", below(REGIONS));
  fputc(',', out);
  if (below(20)) fprintf(out, "\"\"\"P%u\"\"\"", below(PRODUCTS));
  fputc(',', out);
  if (below(5)) fprintf(out, "[%u..%u.50)", low, low + 1 + below(20000));
  fputc(',', out);
  if (below(2)) fprintf(out, "%s %u", below(2) ? "<=" : ">", below(365));
  fputc(',', out);
  if (!below(3)) fprintf(out, "< today - %u", from);
  fprintf(out, ",%u.%02u\n", below(500), below(100));
}

static void write_key(FILE *out, size_t number) {
  fprintf(out, "%zu,R%zu,\"\"\"P%zu\"\"\",,,,%u.%02u\n", number, number / KEYS % REGIONS,
          number % KEYS, below(500), below(100));
}

static void write_table(const char *folder, bool keys, size_t rows) {
  FILE *out = file_of(folder, "prices.csv");
  fputs("first,region,product,amount,days,since,price: money\n", out);
  for (size_t r = 1; r < rows; r++) keys ? write_key(out, r) : write_row(out, r);
  fprintf(out, "%zu,,,,,,100\n", rows);
  fclose(out);
}

/* ---- records ---- */

static void fill(batch *in, bool keys) {
  batch_clear(in);
  in->rows = BATCH_ROWS;
  for (size_t r = 0; r < in->rows; r++) {
    char product[16];
    column *c = in->columns;
    column_add_text(&c[0], r, "K", 1);
    c[1].i32[r] = (int32_t)below(REGIONS);
    int n = snprintf(product, sizeof product, "P%u", below(keys ? KEYS : PRODUCTS));
    column_add_text(&c[2], r, product, (size_t)n);
    c[3].i64[r] = (int64_t)below(100000) * 100 + below(100);
    c[4].i64[r] = below(400);
    c[5].i64[r] = 20357 - (int64_t)below(400);
  }
}

int main(int argc, char **argv) {
  if (argc < 6) {
    fprintf(stderr, "usage: long_table FOLDER ranges|keys ROWS RECORDS ROUNDS\n");
    return 2;
  }
  const char *folder = argv[1], *kind = argv[2];
  bool keys = !strcmp(kind, "keys");
  size_t records = (size_t)atol(argv[4]), batches = records / BATCH_ROWS + 1;
  findings found = {0};
  error e = {0};
  mkdir(folder, 0777);
  write_company(folder);
  write_table(folder, keys, (size_t)atol(argv[3]));
  double start = now();
  pack *p = pack_load(folder, &found);
  double loaded = now();
  plan_options options = {
      .as_of = AS_OF, .kernels = getenv("ASSAY_KERNELS"), .without_inputs = true};
  plan *made = p ? plan_new(p, &options, &found) : NULL;
  if (!made) {
    findings_to_error(&found, &e, ERR_PACK);
    stop(folder, e.message);
  }
  double planned = now();
  struct rusage used;
  getrusage(RUSAGE_SELF, &used);
  printf("RES long-%s-load %.4f\nRES long-%s-plan %.4f\nRES long-%s-rss %ld\n", kind,
         loaded - start, kind, planned - loaded, kind, used.ru_maxrss);
  evaluator *v = evaluator_new(made, &e);
  if (!v || evaluator_start(v, &e)) stop(folder, e.message);
  decisions *out = decisions_new(made);
  batch **in = mem_array(batches, sizeof *in);
  for (size_t i = 0; i < batches; i++) fill(in[i] = batch_new(&p->schema, NULL), keys);
  for (int round = -1; round < atoi(argv[5]); round++) { /* the first warms up */
    start = now();
    for (size_t i = 0; i < batches; i++)
      if (evaluator_run(v, in[i], out, &e)) stop(folder, e.message);
    double ns = (now() - start) / (double)(batches * BATCH_ROWS) * 1e9;
    if (round >= 0) printf("RES long-%s %.2f\n", kind, ns);
  }
  return 0;
}
