/* See shelf.h. */
#include "shelf.h"

#include <dirent.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#define XXH_INLINE_ALL
#include <xxhash.h>

#include "../base/file.h"
#include "../eval/plan.h"
#include "../run/rule_test.h"
#include "../run/scratch.h"

typedef struct shelved_copy {
  shelved shelved;
  atomic_uint users; /* the shelf is one */
} copy;

typedef struct place_for {
  char *name;
  copy *up;        /* NULL = none */
  char *looked_at; /* which files were looked at last; NULL = they make no pack */
  bool broken;
  char *why;
  findings found;
  int64_t looked;
  struct place_for *next; /* by name */
} place_for;

struct shelf {
  shelf_options o;
  char *rules;
  pthread_mutex_t mutex; /* over the places; never held while a pack is loaded */
  place_for *first;
};

shelf *shelf_new(const shelf_options *o) {
  shelf *s = mem_alloc(sizeof *s);
  s->o = *o;
  s->o.rules = s->rules = mem_string(o->rules);
  pthread_mutex_init(&s->mutex, NULL);
  return s;
}

static void release(copy *c) {
  if (!c || atomic_fetch_sub(&c->users, 1) != 1) return;
  desk_release(c->shelved.desk);
  free(c);
}

static void free_place(place_for *p) {
  release(p->up);
  findings_deinit(&p->found);
  free(p->name);
  free(p->looked_at);
  free(p->why);
  free(p);
}

void shelf_free(shelf *s) {
  if (!s) return;
  for (place_for *p = s->first, *next; p; p = next) {
    next = p->next;
    free_place(p);
  }
  pthread_mutex_destroy(&s->mutex);
  free(s->rules);
  free(s);
}

/* ---- with the mutex held ---- */

static place_for *find(const shelf *s, const char *name) {
  place_for *p = s->first;
  while (p && strcmp(p->name, name) != 0) p = p->next;
  return p;
}

static place_for *find_or_make(shelf *s, const char *name) {
  place_for **at = &s->first;
  while (*at && strcmp((*at)->name, name) < 0) at = &(*at)->next;
  if (*at && !strcmp((*at)->name, name)) return *at;
  place_for *p = mem_alloc(sizeof *p);
  p->name = mem_string(name);
  p->next = *at;
  return *at = p;
}

static void take_down(shelf *s, const char *name) {
  place_for **at = &s->first;
  while (*at && strcmp((*at)->name, name) != 0) at = &(*at)->next;
  place_for *gone = *at;
  if (!gone) return;
  *at = gone->next;
  free_place(gone);
}

/* ---- loading, aside ---- */

static void say_findings(buffer *out, const findings *found) {
  for (size_t i = 0; i < found->count; i++) {
    const finding *f = &found->items[i];
    if (f->severity != SEVERITY_ERROR) continue;
    if (f->file) buffer_format(out, "%s:%d: ", f->file, f->line);
    buffer_format(out, "%s\n", f->message);
  }
}

static void each_test(void *ctx, const test_outcome *o) {
  buffer *why = ctx;
  if (!o->passed)
    buffer_format(why, "%s:%d: the %s \"%s\" does not hold\n%s", o->at.file, o->at.line, o->kind,
                  o->name, o->why);
}

static bool run_tests(const shelf *s, const pack *p, const rule_tests *tests, int64_t now,
                      buffer *why) {
  arena a = {0};
  error e = {0};
  scratch room = {.lock = -1};
  rule_test_counts counts = {0};
  plugin_host *plugins = plugin_host_new(s->o.plugin_folders, s->o.plugin_folder_count);
  error_code code = tests->sample_count ? scratch_make(&room, &a, &e) : ERR_OK;
  const rule_test_options o = {.pack = p,
                               .tests = tests,
                               .plugins = plugins,
                               .scratch = room.database,
                               .as_of = now,
                               .seed = 1,
                               .each = each_test,
                               .ctx = why};
  if (!code) code = rule_tests_run(&o, &counts, &e);
  if (code) buffer_format(why, "%s\n", e.message);
  scratch_remove(&room);
  plugin_host_free(plugins);
  arena_deinit(&a);
  return !code && !counts.failed;
}

/* Whether a plan can be made, and the tests hold. */
static bool is_good(const shelf *s, const pack *p, int64_t now, findings *found, buffer *why) {
  plan *made = plan_new(p, &(plan_options){.as_of = now}, found);
  bool good = made != NULL;
  plan_free(made);
  rule_tests *tests = good && !s->o.without_tests ? rule_tests_load(p, found) : NULL;
  if (good && !s->o.without_tests && !tests) good = false;
  if (good && tests && tests->file) good = run_tests(s, p, tests, now, why);
  rule_tests_free(tests);
  return good;
}

static const char *folder_of(const shelf *s, arena *a, const char *name) {
  return arena_format(a, "%s/%s", s->o.rules, name);
}

#define TESTS_MOST ((size_t)64 << 20)

/* Which files they are: those of the pack, and its tests, which are no part of it. */
static const char *files_of(arena *a, const pack *p) {
  size_t size = 0;
  const char *tests = file_read(a, arena_format(a, "%s/tests.lua", p->folder), TESTS_MOST, &size);
  return arena_format(a, "%s %016llx", p->hash,
                      (unsigned long long)(tests ? XXH3_64bits(tests, size) : 0));
}

/* Keeps what was found, and puts the pack up if it is good. */
static void keep(shelf *s, const char *name, pack *p, const char *files, bool good, int64_t now,
                 findings *found, const buffer *why) {
  pthread_mutex_lock(&s->mutex);
  place_for *at = find_or_make(s, name);
  copy *before = at->up;
  findings_deinit(&at->found);
  at->found = *found;
  free(at->why);
  at->why = mem_string_n(why->data ? why->data : "", why->size);
  free(at->looked_at);
  at->looked_at = files ? mem_string(files) : NULL;
  at->broken = !good;
  at->looked = now;
  if (good) {
    at->up = mem_alloc(sizeof *at->up);
    at->up->shelved = (shelved){p, desk_new(p, s->o.database), now, at->up};
    atomic_init(&at->up->users, 1);
  }
  pthread_mutex_unlock(&s->mutex);
  if (good) release(before);
}

static bool is_same(shelf *s, const char *name, const char *files, int64_t now) {
  pthread_mutex_lock(&s->mutex);
  place_for *at = find(s, name);
  bool same = at && at->looked_at && files && !strcmp(at->looked_at, files);
  if (same) at->looked = now;
  pthread_mutex_unlock(&s->mutex);
  return same;
}

/* Whether the folder still holds what was loaded from it some time ago. */
static bool holds_still(arena *a, const char *folder, const char *files) {
  findings ignored = {0};
  pack *again = pack_load(folder, &ignored);
  bool still = again ? files && !strcmp(files_of(a, again), files) : !files;
  if (again) pack_free(again);
  findings_deinit(&ignored);
  return still;
}

static shelf_change judge(shelf *s, arena *a, const char *name, pack *p, findings *found,
                          int64_t now, buffer *why) {
  const char *files = p ? files_of(a, p) : NULL;
  buffer own = {0};
  if (is_same(s, name, files, now)) return SHELF_SAME;
  bool good = p && is_good(s, p, now, found, &own);
  shelf_change change = good ? SHELF_PUT_UP : SHELF_BROKEN;
  if (!good) say_findings(&own, found);
  if (!holds_still(a, folder_of(s, a, name), files)) {
    change = SHELF_MOVING;
  } else {
    keep(s, name, p, files, good, now, found, &own);
    *found = (findings){0}; /* kept */
    if (own.size) buffer_add(why, own.data, own.size);
  }
  buffer_deinit(&own);
  return change;
}

shelf_change shelf_look(shelf *s, const char *name, int64_t now, buffer *why) {
  arena a = {0};
  findings found = {0};
  const char *folder = folder_of(s, &a, name);
  shelf_change change = SHELF_GONE;
  if (pack_exists(folder)) {
    pack *p = pack_load(folder, &found);
    change = judge(s, &a, name, p, &found, now, why);
    if (p && change != SHELF_PUT_UP) pack_free(p);
  } else {
    pthread_mutex_lock(&s->mutex);
    take_down(s, name);
    pthread_mutex_unlock(&s->mutex);
  }
  findings_deinit(&found);
  arena_deinit(&a);
  return change;
}

/* ---- looking and taking ---- */

static int by_name(const void *a, const void *b) {
  return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static void add_name(arena *a, const char ***names, size_t *count, size_t *room, const char *name) {
  for (size_t i = 0; i < *count; i++)
    if (!strcmp((*names)[i], name)) return;
  if (*count == *room) {
    *room = *room ? 2 * *room : 16;
    const char **more = arena_array(a, *room, sizeof *more);
    if (*count) memcpy(more, *names, *count * sizeof *more);
    *names = more;
  }
  (*names)[(*count)++] = arena_string(a, name);
}

size_t shelf_names(shelf *s, arena *a, const char ***out) {
  size_t count = 0, room = 0;
  DIR *folder = opendir(s->o.rules);
  *out = NULL;
  for (struct dirent *x; folder && (x = readdir(folder));) {
    const char *company = arena_format(a, "%s/%s", folder_of(s, a, x->d_name), "company.lua");
    if (*x->d_name == '.' || !pack_exists(folder_of(s, a, x->d_name))) continue;
    FILE *f = fopen(company, "re");
    if (!f) continue; /* rules/lib and the like are no packs */
    fclose(f);
    add_name(a, out, &count, &room, x->d_name);
  }
  if (folder) closedir(folder);
  pthread_mutex_lock(&s->mutex);
  for (const place_for *p = s->first; p; p = p->next) add_name(a, out, &count, &room, p->name);
  pthread_mutex_unlock(&s->mutex);
  if (count) qsort(*out, count, sizeof **out, by_name);
  return count;
}

const shelved *shelf_take(shelf *s, const char *name) {
  pthread_mutex_lock(&s->mutex);
  const place_for *p = find(s, name);
  copy *c = p ? p->up : NULL;
  if (c) atomic_fetch_add(&c->users, 1);
  pthread_mutex_unlock(&s->mutex);
  return c ? &c->shelved : NULL;
}

void shelf_give(shelf *s, const shelved *taken) {
  (void)s;
  if (taken) release(taken->own);
}

static void copy_findings(arena *a, const findings *from, shelf_state *out) {
  finding *all = arena_array(a, from->count + 1, sizeof *all);
  for (size_t i = 0; i < from->count; i++) {
    const finding *f = &from->items[i];
    all[i] = (finding){.severity = f->severity,
                       .id = f->id,
                       .file = f->file ? arena_string(a, f->file) : NULL,
                       .line = f->line,
                       .message = arena_string(a, f->message),
                       .witness = f->witness ? arena_string(a, f->witness) : NULL,
                       .fix = f->fix ? arena_string(a, f->fix) : NULL};
  }
  out->findings = all;
  out->finding_count = from->count;
}

bool shelf_tell(shelf *s, arena *a, const char *name, shelf_state *out) {
  pthread_mutex_lock(&s->mutex);
  const place_for *p = find(s, name);
  if (p) {
    const pack *up = p->up ? p->up->shelved.pack : NULL;
    *out = (shelf_state){.name = arena_string(a, p->name),
                         .title = up && up->title ? arena_string(a, up->title) : NULL,
                         .title_zh = up && up->title_zh ? arena_string(a, up->title_zh) : NULL,
                         .hash = up ? arena_string(a, up->hash) : NULL,
                         .since = p->up ? p->up->shelved.since : 0,
                         .looked = p->looked,
                         .broken = p->broken,
                         .why = arena_string(a, p->why)};
    copy_findings(a, &p->found, out);
  }
  pthread_mutex_unlock(&s->mutex);
  return p != NULL;
}
