/* Decisions: those that were published, listed, one by one and explained; what was refused; alerts. */
#include <string.h>

#include "../run/decision_json.h"
#include "../run/explain.h"
#include "../run/replay.h"
#include "../run/report_text.h"
#include "../run/why_not.h"
#include "api_parts.h"

#define PAGE_USUAL 100
#define PAGE_MOST 1000
#define CONDITIONS_MOST 32

/* A run that is looked at: the published one, or ?run=N. */
typedef struct looking {
  api_call *call;
  store *store;
  store_reader *reader;
  const store_run *run;
  const char *language;
  size_t count;
  const char *last; /* the key of the last row */
} looking;

/* False: a problem was answered. */
static bool look(looking *l, api_call *c) {
  error e = {0};
  int64_t number;
  *l = (looking){.call = c, .language = call_language(c)};
  if (!query_number(c, "run", 1, INT64_MAX, 0, &number)) return false;
  error_code code = store_open(c->api->o.database, STORE_READ, &l->store, &e);
  if (!code)
    code = number ? store_reader_open_run(l->store, c->pack, number, &l->reader, &e)
                  : store_reader_open(l->store, c->pack, &l->reader, &e);
  if (!code) {
    l->run = store_reader_run(l->reader);
    return true;
  }
  store_close(l->store);
  /* The store's own message names other packs. */
  if (code == ERR_NOT_FOUND && number)
    problem(c, 404, "not-found", "There is no such run", "run",
            "run %lld of %s is not stored: GET /v1/runs lists them", (long long)number, c->pack);
  else if (code == ERR_NOT_FOUND)
    problem(c, 404, "not-found", "There is no such run", NULL, "%s has no published run yet",
            c->pack);
  else
    problem_of(c, &e);
  return false;
}

static void leave(looking *l) {
  store_reader_close(l->reader);
  store_close(l->store);
}

static void answer_error(looking *l, const error *e) {
  problem_of(l->call, e);
}

/* ---- lists ---- */

/* ?grade=A&score>=50 reads as name "score>" value "50": the operator is at the end of the name. */
static bool read_condition(looking *l, const http_pair *from, store_condition *out) {
  static const char *const own[] = {"limit", "sort", "after", "run", "lang"};
  size_t n = strlen(from->name);
  const char *op = "=";
  for (size_t i = 0; i < sizeof own / sizeof *own; i++)
    if (!strcmp(own[i], from->name)) return false;
  if (n && strchr("!<>", from->name[n - 1])) {
    op = from->name[n - 1] == '!' ? "!=" : from->name[n - 1] == '<' ? "<=" : ">=";
    n--;
  }
  *out = (store_condition){arena_string_n(l->call->arena, from->name, n), op, from->value};
  for (size_t i = 0; i < l->run->output_count; i++)
    if (!strcmp(l->run->outputs[i].name, out->name) && l->run->outputs[i].type.kind == TYPE_CODES &&
        !strcmp(op, "=") && *from->value)
      out->op = "has";
  return true;
}

static bool read_query(looking *l, store_query *q) {
  const http_request *r = l->call->request;
  store_condition *conditions = arena_array(l->call->arena, r->query_count + 1, sizeof *conditions);
  *q = (store_query){
      .conditions = conditions, .sort = http_query(r, "sort"), .after = http_query(r, "after")};
  if (!query_number(l->call, "limit", 1, PAGE_MOST, PAGE_USUAL, &q->limit)) return false;
  for (size_t i = 0; i < r->query_count; i++)
    q->condition_count += read_condition(l, &r->query[i], &conditions[q->condition_count]);
  if (q->condition_count <= CONDITIONS_MOST) return true;
  problem(l->call, 400, "request", "The request is wrong", NULL, "at most %d conditions",
          CONDITIONS_MOST);
  return false;
}

static error_code add_row(void *ctx, const store_row *row, error *e) {
  looking *l = ctx;
  buffer *b = body(l->call);
  (void)e;
  if (l->count++) buffer_text(b, ",\n");
  decision_json_row(l->reader, row, l->language, b);
  l->last = arena_string(l->call->arena, row->key);
  return ERR_OK;
}

static void list_decisions(api_call *c) {
  looking l;
  store_query q;
  error e = {0};
  if (!look(&l, c)) return;
  if (read_query(&l, &q) &&
      !answer_known(c, "%s-%lld-%s", c->pack, (long long)l.run->id, l.language)) {
    buffer *b = body(c);
    buffer_text(b, "{\"run\":");
    decision_json_run(l.run, b);
    buffer_text(b, ",\"decisions\":[");
    if (store_list(l.reader, &q, add_row, &l, &e)) {
      answer_error(&l, &e);
    } else {
      /* With the run: the next page is of the same one, whatever is published meanwhile. */
      bool more = (int64_t)l.count == q.limit;
      buffer_text(b, "],\"next\":");
      if (more) {
        buffer_format(b, "{\"run\":%lld,\"after\":", (long long)l.run->id);
        text_json_or_null(b, l.last);
        buffer_char(b, '}');
      } else {
        buffer_text(b, "null");
      }
      buffer_text(b, "}\n");
    }
  }
  leave(&l);
}

static error_code add_outcome(void *ctx, const store_outcome *x, error *e) {
  looking *l = ctx;
  buffer *b = body(l->call);
  (void)e;
  if (l->count++) buffer_text(b, ",\n");
  buffer_text(b, "{\"key\":");
  text_json_or_null(b, x->key);
  buffer_text(b, ",\"outcome\":");
  decision_json_outcome(x, b);
  buffer_char(b, '}');
  return ERR_OK;
}

/* As many as the run has: a run with very many rejects is stopped by its guard. */
static void list_rejects(api_call *c) {
  looking l;
  error e = {0};
  if (!look(&l, c)) return;
  if (!answer_known(c, "%s-%lld-rejects", c->pack, (long long)l.run->id)) {
    buffer *b = body(c);
    buffer_text(b, "{\"run\":");
    decision_json_run(l.run, b);
    buffer_text(b, ",\"rejects\":[");
    if (store_outcomes(l.reader, NULL, add_outcome, &l, &e))
      answer_error(&l, &e);
    else
      buffer_text(b, "]}\n");
  }
  leave(&l);
}

/* ---- one customer ---- */

static void no_customer(api_call *c, const char *key) {
  problem(c, 404, "not-found", "There is no such customer", NULL,
          "the run of %s has no customer %.60s", c->pack, key);
}

static void show_decision(api_call *c) {
  looking l;
  error e = {0};
  bool found;
  const char *key = http_segment(c->request, 4);
  if (!look(&l, c)) return;
  if (!answer_known(c, "%s-%lld-%s", c->pack, (long long)l.run->id, l.language)) {
    if (!key || decision_json(l.reader, key, l.language, body(c), &found, &e))
      answer_error(&l, &e);
    else if (!found)
      no_customer(c, key);
    else
      buffer_char(body(c), '\n');
  }
  leave(&l);
}

typedef struct explaining {
  looking *looking;
  replay *replay;
  const char *why_not;
  bool found;
  buffer differences;
} explaining;

static error_code add_difference(void *ctx, const replay_difference *d, error *e) {
  explaining *x = ctx;
  (void)e;
  buffer_format(&x->differences, "%s%s: %s != %s", x->differences.size ? "; " : "", d->output,
                d->stored, d->again);
  return ERR_OK;
}

static error_code explain_row(void *ctx, const store_row *row, error *e) {
  explaining *x = ctx;
  api_call *c = x->looking->call;
  size_t differences;
  error_code code = replay_row(x->replay, row, add_difference, x, &differences, e);
  if (code) return code;
  x->found = true;
  evaluator *v = replay_evaluator(x->replay);
  const decisions *out = replay_decisions(x->replay);
  explained *root = NULL;
  if (x->why_not)
    code = why_not(c->arena, v, out, 0, x->why_not, x->looking->language, &root, e);
  else
    root = explain_decision(c->arena, v, out, 0, x->looking->language);
  if (code) return code;
  buffer *b = body(c);
  buffer_text(b, "{\"customer\":");
  text_json_or_null(b, row->key);
  buffer_text(b, ",\"run\":");
  decision_json_run(x->looking->run, b);
  buffer_format(b, ",\"identical\":%s,\"differences\":", differences ? "false" : "true");
  buffer_text(&x->differences, "");
  text_json_or_null(b, differences ? x->differences.data : NULL);
  buffer_text(b, ",\"explanation\":");
  explain_json(b, root);
  buffer_text(b, "}\n");
  return ERR_OK;
}

static void explain(api_call *c) {
  looking l;
  error e = {0};
  const char *key = http_segment(c->request, 4);
  if (!look(&l, c)) return;
  explaining x = {.looking = &l, .why_not = http_query(c->request, "why_not")};
  error_code code = replay_open(l.reader, true, &x.replay, &e);
  if (!code) code = store_show(l.reader, key ? key : "", explain_row, &x, &e);
  if (code == ERR_NOT_FOUND || (!code && !x.found))
    no_customer(c, key ? key : "");
  else if (code)
    answer_error(&l, &e);
  replay_close(x.replay);
  buffer_deinit(&x.differences);
  leave(&l);
}

/* ---- alerts ---- */

typedef struct alerting {
  looking *looking;
  const char *output, *severity; /* wanted; NULL = all */
  const store_row *row;
} alerting;

static void add_alert(void *ctx, const char *code, size_t n) {
  alerting *x = ctx;
  looking *l = x->looking;
  buffer *b = body(l->call), text = {0};
  const char *how = alert_severity_of(l->reader, x->output, code, n);
  if (!how || (x->severity && strcmp(how, x->severity) != 0)) return;
  bool known = write_reason(&text, l->reader, x->row->outputs, code, n, l->language);
  if (l->count++) buffer_text(b, ",\n");
  buffer_text(b, "{\"key\":");
  text_json_or_null(b, x->row->key);
  text_json_name(b, "list", false);
  text_json_or_null(b, x->output);
  text_json_name(b, "code", false);
  text_json(b, code, n);
  text_json_name(b, "severity", false);
  text_json_or_null(b, how);
  text_json_name(b, "text", false);
  if (known)
    text_json(b, text.data, text.size);
  else
    buffer_text(b, "null");
  buffer_char(b, '}');
  buffer_deinit(&text);
}

static error_code alerts_of_row(void *ctx, const store_row *row, error *e) {
  alerting *x = ctx;
  const store_run *run = x->looking->run;
  (void)e;
  x->row = row;
  for (size_t i = 0; i < run->output_count && !row->failed; i++) {
    x->output = run->outputs[i].name;
    if (run->outputs[i].type.kind == TYPE_CODES) each_code(&row->outputs[i], 0, add_alert, x);
  }
  return ERR_OK;
}

/* The lists that hold alerts, each once. */
static bool is_first_of_list(const store_alert *all, size_t i) {
  for (size_t k = 0; k < i; k++)
    if (!strcmp(all[k].list, all[i].list)) return false;
  return true;
}

static void list_alerts(api_call *c) {
  looking l;
  error e = {0};
  if (!look(&l, c)) return;
  if (!answer_known(c, "%s-%lld-alerts-%s", c->pack, (long long)l.run->id, l.language)) {
    alerting x = {.looking = &l, .severity = http_query(c->request, "severity")};
    const store_alert *all;
    size_t n = store_alerts(l.reader, &all);
    buffer *b = body(c);
    error_code code = ERR_OK;
    buffer_text(b, "{\"run\":");
    decision_json_run(l.run, b);
    buffer_text(b, ",\"alerts\":[");
    for (size_t i = 0; i < n && !code; i++) {
      const store_condition any = {all[i].list, "!=", ""};
      const store_query q = {.conditions = &any, .condition_count = 1, .limit = -1};
      if (is_first_of_list(all, i)) code = store_list(l.reader, &q, alerts_of_row, &x, &e);
    }
    if (code)
      answer_error(&l, &e);
    else
      buffer_text(b, "]}\n");
  }
  leave(&l);
}

const route api_decision_routes[] = {
    {"GET", "/v1/packs/{pack}/decisions", SCOPE_READ, true, list_decisions},
    {"GET", "/v1/packs/{pack}/decisions/{}", SCOPE_READ, true, show_decision},
    {"GET", "/v1/packs/{pack}/decisions/{}/explanation", SCOPE_READ, true, explain},
    {"GET", "/v1/packs/{pack}/rejects", SCOPE_READ, true, list_rejects},
    {"GET", "/v1/packs/{pack}/alerts", SCOPE_READ, true, list_alerts},
    {0},
};
