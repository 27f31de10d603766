/* See hand_over.h. */
#include "hand_over.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "../base/json.h"
#include "../base/text.h"
#include "../serve/client.h"

#define LOOK_EVERY_US 100000

typedef struct following {
  const hand_over *h;
  const char *socket;
  const char *path; /* of the run */
  arena arena;
  run_progress seen;
  bool cancelled;
} following;

/* ---- the order ---- */

static void put_text(buffer *out, const char *name, const char *value) {
  if (out->size > 1) buffer_char(out, ',');
  text_json(out, name, strlen(name));
  buffer_char(out, ':');
  text_json(out, value, strlen(value));
}

static void put_settings(buffer *out, const char *name, const plugin_settings *s) {
  buffer inner = {0};
  if (!s || !s->count) return;
  buffer_char(&inner, '{');
  for (size_t i = 0; i < s->count; i++) put_text(&inner, s->items[i].name, s->items[i].value);
  buffer_text(&inner, "}");
  buffer_format(out, ",\"%s\":%s", name, inner.data);
  buffer_deinit(&inner);
}

/* The service may stand in another folder. */
static const char *whole_path(arena *a, const char *path) {
  char full[PATH_MAX];
  return realpath(path, full) ? arena_string(a, full) : path;
}

static void write_order(following *f, buffer *out) {
  const run_options *o = f->h->options;
  char moment[32] = "";
  moment_write(moment, o->as_of, o->pack->zone);
  buffer_char(out, '{');
  put_text(out, "as_of", moment);
  put_text(out, "data", whole_path(&f->arena, o->data_folder));
  if (o->plugin) put_text(out, "plugin", o->plugin);
  if (o->max_rejects >= 0)
    put_text(out, "max_rejects",
             arena_format(&f->arena, o->max_rejects_percent ? "%.12g%%" : "%.0f", o->max_rejects));
  buffer_format(out, ",\"keep\":%d,\"allow_shrink\":%s", o->keep,
                o->allow_shrink ? "true" : "false");
  if (o->threads) buffer_format(out, ",\"threads\":%u", o->threads);
  put_settings(out, "source", o->settings);
  put_settings(out, "related", o->related);
  buffer_text(out, ",\"params\":{");
  for (size_t i = 0; i < f->h->param_count; i++) {
    if (i) buffer_char(out, ',');
    text_json(out, f->h->params[i].name, strlen(f->h->params[i].name));
    buffer_char(out, ':');
    text_json(out, f->h->params[i].value, strlen(f->h->params[i].value));
  }
  buffer_text(out, "}}");
}

/* ---- asking ---- */

static error_code ask(following *f, const char *method, const char *path, const char *order,
                      const json **out, error *e) {
  buffer answer = {0};
  error_code code = client_ask(f->socket, method, path, order, &answer, e);
  if (!code) {
    buffer_text(&answer, "");
    *out = json_kept(&f->arena, answer.data);
    if (!*out) code = error_set(e, ERR_INTERNAL, "the service answers what is no JSON");
  }
  buffer_deinit(&answer);
  return code;
}

/* The rules here must be those that the service would use. */
static error_code check_pack(following *f, const char *pack_path, error *e) {
  const json *served = NULL;
  const pack *p = f->h->options->pack;
  if (ask(f, "GET", pack_path, NULL, &served, e))
    return error_set(e, ERR_BUSY,
                     "the service with this database does not serve %s: put the pack into its "
                     "rules folder, or stop the service",
                     p->name);
  const char *hash = json_member_text(served, "hash");
  if (hash && !strcmp(hash, p->hash)) return ERR_OK;
  const char *why = json_member_text(served, "why");
  return error_set(e, ERR_BUSY,
                   "the service with this database serves another version of %s (%.12s, this one "
                   "is %.12s)%s%s",
                   p->name, hash ? hash : "none", p->hash,
                   why && *why ? ", because this one is broken: " : "", why ? why : "");
}

/* ---- following ---- */

static int64_t member_number(const json *v, const char *name) {
  return json_integer(json_member(v, name), 0);
}

static void read_result(const json *run, run_result *out) {
  const char *seconds = NULL;
  const json *v = json_member(run, "seconds");
  if (v) seconds = v->text;
  *out = (run_result){.run_id = member_number(run, "published_run"),
                      .counts = {.records = member_number(run, "records"),
                                 .graded = member_number(run, "graded"),
                                 .failed = member_number(run, "rule_errors"),
                                 .rejected = member_number(run, "rejected"),
                                 .duplicates = member_number(run, "duplicates")},
                      .seconds = seconds ? strtod(seconds, NULL) : 0};
}

/* The stages live for ever where they come from; here a few are enough. */
static const char *stage_of(const char *text) {
  static const char *const stages[] = {"grading", "checking keys", "indexing", "publishing"};
  for (size_t i = 0; text && i < sizeof stages / sizeof *stages; i++)
    if (!strcmp(stages[i], text)) return stages[i];
  return "reading";
}

static void show_progress(following *f, const json *run) {
  const json *p = json_member(run, "progress"), *seconds = json_member(p, "seconds");
  if (!p) return;
  f->seen = (run_progress){.records = (uint64_t)member_number(p, "records"),
                           .seconds = seconds && seconds->text ? strtod(seconds->text, NULL) : 0,
                           .stage = stage_of(json_member_text(p, "stage"))};
  progress_note(f->h->progress, &f->seen);
}

static void obey(following *f) {
  const json *ignored = NULL;
  error e = {0};
  const volatile int *stop = f->h->options->stop;
  if (!stop || !*stop || f->cancelled) return;
  f->cancelled = true;
  ask(f, "POST", arena_format(&f->arena, "%s/cancel", f->path), NULL, &ignored, &e);
}

static error_code ended(following *f, const json *run, const char *state, run_result *out,
                        error *e) {
  const char *message = json_member_text(run, "message");
  error_code code = (error_code)member_number(run, "exit_code");
  read_result(run, out);
  if (!strcmp(state, "done")) return ERR_OK;
  if (f->cancelled) code = *f->h->options->stop == 2 ? ERR_INTERRUPTED : ERR_TERMINATED;
  return error_set(e, code ? code : ERR_INTERNAL, "%s", message ? message : "the run ended");
}

static error_code follow(following *f, run_result *out, error *e) {
  for (;;) {
    const json *run = NULL;
    arena_clear(&f->arena);
    f->path = arena_format(&f->arena, "/v1/runs/%lld", (long long)out->run_id);
    error_code code = ask(f, "GET", f->path, NULL, &run, e);
    const char *state = code ? NULL : json_member_text(run, "state");
    if (code) return code;
    if (state && strcmp(state, "waiting") != 0 && strcmp(state, "running") != 0)
      return ended(f, run, state, out, e);
    show_progress(f, run);
    obey(f);
    usleep(LOOK_EVERY_US);
  }
}

error_code hand_over_run(const hand_over *h, run_result *out, error *e) {
  following f = {.h = h, .socket = h->service->socket};
  buffer order = {0};
  const json *answer = NULL;
  if (!*f.socket)
    return error_set(e, ERR_BUSY,
                     "the service with this database is starting or stopping: try again");
  const char *name = client_escape(&f.arena, h->options->pack->name);
  const char *path = arena_format(&f.arena, "/v1/packs/%s", name);
  write_order(&f, &order);
  error_code code = check_pack(&f, path, e);
  if (!code)
    code = ask(&f, "POST", arena_format(&f.arena, "%s/runs", path), order.data, &answer, e);
  if (!code) {
    run_result started = {.run_id = member_number(answer, "id")};
    *out = started;
    code = follow(&f, out, e);
  }
  buffer_deinit(&order);
  arena_deinit(&f.arena);
  return code;
}
