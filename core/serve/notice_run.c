/* See notice_run.h. */
#include "notice_run.h"

#include <string.h>

/* The alerts of one list while its codes are counted. */
typedef struct counting {
  const char *list;
  const store_alert *all;
  size_t all_count;
  int64_t *counts; /* beside `all` */
} counting;

static error_code count_code(void *ctx, const char *code, int64_t count, error *e) {
  const counting *c = ctx;
  (void)e;
  for (size_t i = 0; i < c->all_count; i++)
    if (!strcmp(c->all[i].list, c->list) && !strcmp(c->all[i].code, code)) c->counts[i] = count;
  return ERR_OK;
}

static error_code count_all(store_reader *r, const store_alert *all, size_t count, int64_t *counts,
                            error *e) {
  error_code code = ERR_OK;
  for (size_t i = 0; !code && i < count; i++) {
    counting c = {all[i].list, all, count, counts};
    if (i && !strcmp(all[i - 1].list, all[i].list)) continue; /* lists stand in one piece */
    code = store_code_counts(r, all[i].list, count_code, &c, e);
  }
  return code;
}

typedef struct naming {
  arena *arena;
  const char **keys;
  size_t count;
} naming;

static error_code name_customer(void *ctx, const store_row *row, error *e) {
  naming *n = ctx;
  (void)e;
  n->keys[n->count++] = arena_string(n->arena, row->key);
  return ERR_OK;
}

static alert_severity weight_of(const char *word) {
  return !strcmp(word, "critical") ? ALERT_CRITICAL
         : !strcmp(word, "info")   ? ALERT_INFO
                                   : ALERT_WARNING;
}

static error_code describe(arena *a, store_reader *r, const store_alert *from, int64_t count,
                           notice_alert *out, error *e) {
  const store_condition has = {from->list, "has", from->code};
  naming n = {a, arena_array(a, NOTICE_CUSTOMERS, sizeof *n.keys), 0};
  const error_code code = store_list(
      r, &(store_query){.conditions = &has, .condition_count = 1, .limit = NOTICE_CUSTOMERS},
      name_customer, &n, e);
  *out = (notice_alert){.code = from->code,
                        .text = store_reason_text(r, from->code, "en"),
                        .text_zh = store_reason_text(r, from->code, "zh"),
                        .weight = weight_of(from->severity),
                        .count = count,
                        .customer_count = n.count,
                        .customers = n.keys};
  return code;
}

error_code notice_of_run(arena *a, store_reader *r, notice *out, error *e) {
  const store_run *run = store_reader_run(r);
  const store_alert *all = NULL;
  const size_t count = store_alerts(r, &all);
  int64_t *counts = arena_array(a, count + 1, sizeof *counts);
  notice_alert *alerts = arena_array(a, count + 1, sizeof *alerts);
  *out = (notice){.event = NOTIFY_ALERTS,
                  .pack = run->pack,
                  .title = run->title,
                  .title_zh = run->title_zh,
                  .run = run->id,
                  .at = run->finished,
                  .zone = run->zone,
                  .records = run->counts.records,
                  .rejected = run->counts.rejected,
                  .alerts = alerts};
  error_code code = count_all(r, all, count, counts, e);
  for (size_t i = 0; !code && i < count; i++)
    if (counts[i]) code = describe(a, r, &all[i], counts[i], &alerts[out->alert_count++], e);
  return code;
}
