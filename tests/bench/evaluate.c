/* Evaluation alone, one thread: the floor and the engine over the same customers, in turn.
 *
 *   evaluate CSV N ROUNDS PACK...       prints "RES name ns-a-customer" for each round
 *   evaluate CSV N dump PACK            prints the decisions as lines for the cross-check
 *
 * traced:PACK is the same pack with the trace on, as RES PACK-traced.
 *
 * The engine's records are read and cast before the clock starts, as the floor's are. */
#include <stdio.h>
#include <string.h>
#include <time.h>
#include "data/cast.h"
#include "eval/plan.h"
#include "eval/trace.h"
#include "floor.h"
#include "lang/pack.h"

static double now(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return (double)t.tv_sec + (double)t.tv_nsec * 1e-9;
}

static void stop(const char *what, const char *why) {
  fprintf(stderr, "evaluate: %s: %s\n", what, why);
  exit(1);
}

/* ---- the floor ---- */

typedef struct records {
  customer *items;
  outcome *outcomes;
  long count;
} records;

static void keep(void *ctx, const customer *c) {
  records *r = ctx;
  r->items[r->count++] = *c;
}

static double floor_round(records *r) {
  double start = now();
  for (long i = 0; i < r->count; i++) floor_evaluate(&r->items[i], &r->outcomes[i]);
  return (now() - start) / (double)r->count * 1e9;
}

/* ---- the engine ---- */

typedef struct engine {
  const char *name;
  pack *pack;
  plan *plan;
  evaluator *evaluator;
  decisions *decisions;
  batch **batches;
  size_t batch_count, rows;
} engine;

static void read_batches(engine *g, const char *csv, long n) {
  error e = {0};
  static const char *const folders[] = {"build/plugins"};
  plugin_host *host = plugin_host_new(folders, 1);
  const assay_plugin *plugin;
  assay_setting path = {"path", NULL, csv};
  plugin_settings given = {&path, 1}, settings;
  if (plugin_host_find(host, "csv", &plugin, &e) ||
      plugin_settings_check(plugin, &given, ".", &settings, &e))
    stop("csv plugin", e.message);
  const schema *s = &g->pack->schema;
  const char **names = mem_array(s->count, sizeof *names);
  for (size_t i = 0; i < s->count; i++) names[i] = s->fields[i].column;
  assay_request request = {.struct_size = sizeof request,
                           .settings = settings.items,
                           .setting_count = settings.count,
                           .fields = names,
                           .field_count = s->count,
                           .shards = 1,
                           .batch_rows = BATCH_ROWS};
  struct ArrowArrayStream stream;
  struct ArrowSchema schema;
  struct ArrowArray array;
  cast *c;
  if (plugin_open(plugin, &request, &stream, &e)) stop(csv, e.message);
  if (stream.get_schema(&stream, &schema)) stop(csv, stream.get_last_error(&stream));
  if (cast_new(s, NULL, &schema, csv, &c, &e)) stop(csv, e.message);
  schema.release(&schema);
  g->batches = mem_array((size_t)n / 1 + 1, sizeof *g->batches);
  while (g->rows < (size_t)n) {
    if (stream.get_next(&stream, &array)) stop(csv, stream.get_last_error(&stream));
    if (!array.release) break;
    for (size_t from = 0; from < (size_t)array.length && g->rows < (size_t)n;) {
      size_t rows = (size_t)array.length - from;
      if (rows > BATCH_ROWS) rows = BATCH_ROWS;
      if (rows > (size_t)n - g->rows) rows = (size_t)n - g->rows;
      batch *b = batch_new(s, NULL);
      if (cast_rows(c, &array, from, rows, g->rows, b, NULL, &e)) stop(csv, e.message);
      g->batches[g->batch_count++] = b;
      from += rows;
      g->rows += rows;
    }
    array.release(&array);
  }
  stream.release(&stream);
}

static void open_engine(engine *g, const char *folder) {
  static const char mark[] = "traced:";
  findings found = {0};
  error e = {0};
  bool traced = !strncmp(folder, mark, strlen(mark));
  if (traced) folder += strlen(mark);
  g->name = strrchr(folder, '/') ? strrchr(folder, '/') + 1 : folder;
  g->pack = pack_load(folder, &found);
  /* Neither the floor nor the engine packs the inputs for the store here: end to end both do. */
  plan_options options = {
      .as_of = 1758870000, .kernels = getenv("ASSAY_KERNELS"), .without_inputs = true};
  if (g->pack) g->plan = plan_new(g->pack, &options, &found);
  if (!g->plan) {
    findings_to_error(&found, &e, ERR_PACK);
    stop(folder, e.message);
  }
  g->evaluator = evaluator_new(g->plan, &e);
  if (!g->evaluator || evaluator_start(g->evaluator, &e)) stop(folder, e.message);
  if (traced) {
    evaluator_trace(g->evaluator);
    char *name = mem_array(strlen(g->name) + 8, 1);
    sprintf(name, "%s-traced", g->name);
    g->name = name;
  }
  g->decisions = decisions_new(g->plan);
}

static double engine_round(engine *g) {
  error e = {0};
  double start = now();
  for (size_t i = 0; i < g->batch_count; i++)
    if (evaluator_run(g->evaluator, g->batches[i], g->decisions, &e)) stop(g->name, e.message);
  return (now() - start) / (double)g->rows * 1e9;
}

/* id,score,grade,risk,days,channel,limit in whole units,reasons */
static void dump(engine *g) {
  error e = {0};
  buffer line = {0};
  for (size_t i = 0; i < g->batch_count; i++) {
    const batch *b = g->batches[i];
    if (evaluator_run(g->evaluator, b, g->decisions, &e)) stop(g->name, e.message);
    if (g->decisions->fault_count) stop(g->name, g->decisions->faults[0].message);
    for (size_t row = 0; row < b->rows; row++) {
      buffer_clear(&line);
      column_write(&line, &b->columns[b->schema->key], row, g->pack->zone);
      for (size_t o = 0; o < g->decisions->output_count; o++) {
        const column *c = &g->decisions->outputs[o];
        buffer_char(&line, ',');
        column_write(&line, c, row, g->pack->zone);
        if (c->type.kind == TYPE_MONEY) line.size -= 3; /* ".00" */
      }
      buffer_char(&line, '\n');
      fwrite(line.data, 1, line.size, stdout);
    }
  }
}

int main(int argc, char **argv) {
  if (argc < 5) {
    fprintf(stderr, "usage: evaluate CSV N ROUNDS PACK... | evaluate CSV N dump PACK\n");
    return 2;
  }
  const char *csv = argv[1];
  long n = atol(argv[2]);
  engine engines[8] = {0};
  int count = argc - 4 < 8 ? argc - 4 : 8;
  for (int i = 0; i < count; i++) {
    open_engine(&engines[i], argv[4 + i]);
    if (i == 0) {
      read_batches(&engines[0], csv, n);
    } else { /* the same fields, the same records */
      engines[i].batches = engines[0].batches;
      engines[i].batch_count = engines[0].batch_count;
      engines[i].rows = engines[0].rows;
    }
  }
  if (!strcmp(argv[3], "dump")) {
    dump(&engines[0]);
    return 0;
  }
  floor_init();
  records r = {mem_array((size_t)n, sizeof(customer)), mem_array((size_t)n, sizeof(outcome)), 0};
  floor_csv(csv, n, keep, &r);
  int rounds = atoi(argv[3]);
  for (int round = -1; round < rounds; round++) { /* the first warms up */
    double t = floor_round(&r);
    if (round >= 0) printf("RES floor %.2f\n", t);
    for (int i = 0; i < count; i++) {
      t = engine_round(&engines[i]);
      if (round >= 0) printf("RES %s %.2f\n", engines[i].name, t);
    }
    fflush(stdout);
  }
  return 0;
}
