/* Runs: those that wait and run, the log of those that were, starting and cancelling. */
#include <string.h>

#include "../base/json.h"
#include "../lang/reject_limit.h"
#include "api_parts.h"

#define PAGE_USUAL 50
#define PAGE_MOST 1000

/* ---- writing ---- */

static void write_counts(buffer *b, const store_counts *n) {
  buffer_format(b,
                ",\"records\":%lld,\"graded\":%lld,\"rule_errors\":%lld,\"rejected\":%lld,"
                "\"duplicates\":%lld",
                (long long)n->records, (long long)n->graded, (long long)n->failed,
                (long long)n->rejected, (long long)n->duplicates);
}

static void write_job(buffer *b, const store_job *j, const run_progress *p) {
  static const struct {
    const char *name;
    size_t offset;
  } texts[] = {{"pack", offsetof(store_job, pack)},
               {"asked_by", offsetof(store_job, asked_by)},
               {"schedule", offsetof(store_job, schedule)},
               {"who", offsetof(store_job, who)},
               {"message", offsetof(store_job, message)}},
    moments[] = {{"as_of", offsetof(store_job, as_of)},
                 {"due", offsetof(store_job, due)},
                 {"asked_at", offsetof(store_job, asked)},
                 {"started_at", offsetof(store_job, started)},
                 {"finished_at", offsetof(store_job, finished)}};
  buffer_format(b, "{\"id\":%lld,\"state\":\"%s\",\"attempt\":%d", (long long)j->id,
                job_state_name(j->state), j->attempt);
  for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
    text_json_name(b, texts[i].name, false);
    text_json_or_null(b, *(const char *const *)((const char *)j + texts[i].offset));
  }
  for (size_t i = 0; i < sizeof moments / sizeof *moments; i++) {
    text_json_name(b, moments[i].name, false);
    write_moment(b, *(const int64_t *)((const char *)j + moments[i].offset));
  }
  if (j->run_id)
    buffer_format(b, ",\"published_run\":%lld", (long long)j->run_id);
  else
    buffer_text(b, ",\"published_run\":null");
  buffer_format(b, ",\"exit_code\":%d,\"seconds\":%.3f", (int)j->code, j->seconds);
  write_counts(b, &j->counts);
  text_json_name(b, "times", false);
  buffer_text(b, j->times ? j->times : "null");
  if (p && p->stage) {
    buffer_format(b, ",\"progress\":{\"records\":%llu,\"seconds\":%.1f",
                  (unsigned long long)p->records, p->seconds);
    text_json_name(b, "stage", false);
    text_json_or_null(b, p->stage);
    if (p->total) buffer_format(b, ",\"share\":%.3f", (double)p->done / (double)p->total);
    buffer_char(b, '}');
  }
  buffer_char(b, '}');
}

/* ---- listing ---- */

typedef struct listing {
  api_call *call;
  buffer *out;
  const char *pack;
  size_t count;
  int64_t wanted; /* one of this number; 0 = all */
} listing;

static bool is_meant(const listing *l, const store_job *j) {
  return (!l->pack || !strcmp(l->pack, j->pack)) && (!l->wanted || l->wanted == j->id) &&
         guest_may(&l->call->guest, SCOPE_READ, j->pack);
}

static void add_active(void *ctx, const job_view *v) {
  listing *l = ctx;
  if (!is_meant(l, &v->job)) return;
  if (l->count++) buffer_char(l->out, ',');
  write_job(l->out, &v->job, &v->progress);
}

/* One that waits or runs was written from what the service knows of it. */
static error_code add_logged(void *ctx, const store_job *j, error *e) {
  listing *l = ctx;
  (void)e;
  if (!is_meant(l, j)) return ERR_OK;
  if (l->count++) buffer_char(l->out, ',');
  write_job(l->out, j, NULL);
  return ERR_OK;
}

static error_code open_log(api_call *c, store **s, error *e) {
  return store_open(c->api->o.database, STORE_READ, s, e);
}

static void list_runs(api_call *c) {
  store *s = NULL;
  error e = {0};
  int64_t limit, before;
  listing l = {.call = c, .out = body(c), .pack = http_query(c->request, "pack")};
  if (!query_number(c, "limit", 1, PAGE_MOST, PAGE_USUAL, &limit) ||
      !query_number(c, "before", 1, INT64_MAX, 0, &before))
    return;
  buffer_text(l.out, "{\"runs\":[");
  error_code code = open_log(c, &s, &e);
  if (!code) code = store_jobs(s, l.pack, before, limit, add_logged, &l, &e);
  store_close(s);
  if (code)
    problem_of(c, &e);
  else
    buffer_text(l.out, "]}\n");
}

static void list_active(api_call *c) {
  listing l = {.call = c, .out = body(c)};
  buffer_text(l.out, "{\"runs\":[");
  jobs_each(c->api->o.jobs, add_active, &l);
  buffer_text(l.out, "]}\n");
}

static void show_run(api_call *c) {
  store *s = NULL;
  error e = {0};
  listing l = {.call = c, .out = body(c)};
  if (!path_number(c, 2, &l.wanted)) return;
  jobs_each(c->api->o.jobs, add_active, &l);
  error_code code = l.count ? ERR_OK : open_log(c, &s, &e);
  if (!code && !l.count) code = store_job_find(s, l.wanted, add_logged, &l, &e);
  if (!code && !l.count) /* another company's */
    code = error_set(&e, ERR_NOT_FOUND, "the log has no run %lld", (long long)l.wanted);
  store_close(s);
  if (code)
    problem_of(c, &e);
  else
    buffer_char(l.out, '\n');
}

/* ---- starting and cancelling ---- */

/* An order as it is read: {"as_of": "...", "params": {"total_ar": "100000.00"}, "max_rejects": "1%",
 * "allow_shrink": true, "keep": 2}; and, from the owner alone, who may reach files: "data", "plugin", "source",
 * "related", "threads". */
typedef struct reading {
  api_reading body;
  job_order *order;
} reading;

static bool wrong(const reading *r, const json *v, const char *wanted) {
  return read_wrong(&r->body, v->name, wanted);
}

static bool read_settings(const reading *r, const json *v, plugin_settings *out) {
  out->items = arena_array(r->body.call->arena, v->count + 1, sizeof *out->items);
  if (v->kind != JSON_OBJECT) return wrong(r, v, "an object of settings by name");
  for (size_t i = 0; i < v->count; i++) {
    out->items[i] = (assay_setting){.name = v->items[i].name, .value = scalar_text(&v->items[i])};
    if (!out->items[i].value) return wrong(r, &v->items[i], "a text, a number, true or false");
  }
  out->count = v->count;
  return true;
}

static bool read_limit(const reading *r, const json *v) {
  const char *text = scalar_text(v);
  return (text &&
          reject_limit_parse(text, &r->order->max_rejects, &r->order->max_rejects_percent)) ||
         wrong(r, v, "a number of records, or a percentage as \"0.5%\"");
}

static bool read_count(const reading *r, const json *v, int64_t most, int64_t *out) {
  *out = json_integer(v, -1);
  return (*out >= 1 && *out <= most) || wrong(r, v, "a whole number that is not too great");
}

static bool read_text(const reading *r, const json *v, const char **out) {
  *out = json_text(v);
  return *out || wrong(r, v, "a text");
}

/* What reaches files of this machine, or its processors. */
static bool read_owners(const reading *r, const json *v, bool *known) {
  job_order *o = r->order;
  int64_t n = 0;
  *known = true;
  if (!strcmp(v->name, "data")) return read_text(r, v, &o->data);
  if (!strcmp(v->name, "plugin")) return read_text(r, v, &o->plugin);
  if (!strcmp(v->name, "source")) return read_settings(r, v, &o->source);
  if (!strcmp(v->name, "related")) return read_settings(r, v, &o->related);
  *known = !strcmp(v->name, "threads");
  if (!*known || !read_count(r, v, 64, &n)) return false;
  o->threads = (unsigned)n;
  return true;
}

static bool read_member(const reading *r, const json *v) {
  static const char *const names[] = {"as_of", "params", "max_rejects", "allow_shrink", "keep"};
  job_order *o = r->order;
  int64_t n = 0;
  bool known = false;
  if (!strcmp(v->name, "as_of")) return read_moment(&r->body, v, &o->as_of);
  if (!strcmp(v->name, "params")) return read_params(&r->body, v, &o->params, &o->param_count);
  if (!strcmp(v->name, "max_rejects")) return read_limit(r, v);
  if (!strcmp(v->name, "allow_shrink")) return read_flag(&r->body, v, &o->allow_shrink);
  if (!strcmp(v->name, "keep")) {
    if (!read_count(r, v, 1000, &n)) return false;
    o->keep = (int)n;
    return true;
  }
  bool fine = r->body.call->request->trusted && read_owners(r, v, &known);
  return fine || (!known && read_unknown(&r->body, v->name, names, sizeof names / sizeof *names));
}

static bool read_order(api_call *c, job_order *o) {
  const json *all = NULL;
  error e = {0};
  reading r = {{c, "The order is wrong"}, o};
  *o = (job_order){.pack = c->pack, .max_rejects = -1};
  o->asked_by = c->request->trusted ? "command" : "api";
  o->who = c->guest.name;
  if (!c->request->body_size) return true;
  if (json_read(c->arena, c->request->body, c->request->body_size, "the order", &all, &e)) {
    problem_of(c, &e);
    return false;
  }
  if (all->kind != JSON_OBJECT) {
    problem(c, 400, "request", "The order is wrong", NULL, "expected a JSON object, or no body");
    return false;
  }
  for (size_t i = 0; i < all->count; i++)
    if (!read_member(&r, &all->items[i])) return false;
  return true;
}

static void start_run(api_call *c) {
  job_order order = {0};
  error e = {0};
  int64_t id = 0;
  if (!read_order(c, &order)) return;
  if (jobs_add(c->api->o.jobs, &order, &id, &e)) {
    problem_of(c, &e);
    return;
  }
  const char *where = arena_format(c->arena, "/v1/runs/%lld", (long long)id);
  c->answer->status = 202;
  http_answer_header(c->answer, "Location", where);
  buffer_format(body(c), "{\"id\":%lld,\"href\":\"%s\"}\n", (long long)id, where);
}

typedef struct owner_of {
  int64_t id;
  const api_call *call;
  bool found;
} owner_of;

static void find_active(void *ctx, const job_view *v) {
  owner_of *o = ctx;
  if (v->job.id == o->id) o->found = guest_may(&o->call->guest, SCOPE_OPERATE, v->job.pack);
}

static void cancel_run(api_call *c) {
  owner_of o = {.call = c};
  error e = {0};
  if (!path_number(c, 2, &o.id)) return;
  jobs_each(c->api->o.jobs, find_active, &o);
  const char *why = arena_format(c->arena, "cancelled by %s", c->guest.name);
  error_code code =
      o.found ? jobs_cancel(c->api->o.jobs, o.id, why, &e)
              : error_set(&e, ERR_NOT_FOUND, "run %lld neither waits nor runs", (long long)o.id);
  if (code) {
    problem_of(c, &e);
    return;
  }
  c->answer->status = 202;
  buffer_format(body(c), "{\"id\":%lld,\"href\":\"/v1/runs/%lld\"}\n", (long long)o.id,
                (long long)o.id);
}

const route api_run_routes[] = {
    {"GET", "/v1/runs", SCOPE_READ, true, list_runs},
    {"GET", "/v1/runs/active", SCOPE_READ, true, list_active},
    {"GET", "/v1/runs/{}", SCOPE_READ, true, show_run},
    {"POST", "/v1/runs/{}/cancel", SCOPE_OPERATE, true, cancel_run},
    {"POST", "/v1/packs/{pack}/runs", SCOPE_OPERATE, true, start_run},
    {0},
};
