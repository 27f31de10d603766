/* Waivers against findings (see waivers.h). */
#include "waivers.h"

#include <stdlib.h>
#include <string.h>

#include "../base/file.h"
#include "../base/text.h"
#include "finding_kinds.h"

#define FILE_MOST ((size_t)16 << 20)

typedef struct waiving {
  arena arena;
  const pack *pack; /* NULL: it did not load */
  findings *list;
  bool all; /* every file of the pack, else those that warnings name */
  waivers waivers;
} waiving;

/* ---- where they are looked for ---- */

static bool ends_with(const char *text, const char *end) {
  size_t n = strlen(text), m = strlen(end);
  return n > m && strcmp(text + n - m, end) == 0;
}

static bool named(const findings *list, const char *file) {
  for (size_t i = 0; i < list->count; i++)
    if (list->items[i].severity == SEVERITY_WARNING && list->items[i].file &&
        strcmp(list->items[i].file, file) == 0)
      return true;
  return false;
}

static void read_text(waiving *w, const char *file, const char *text, size_t n) {
  if (ends_with(file, ".lua")) waivers_read_script(&w->arena, file, text, n, &w->waivers);
  if (ends_with(file, ".csv")) waivers_read_sheet(&w->arena, file, text, n, &w->waivers);
}

/* A file of the pack as messages show it: a script of rules/lib stands elsewhere. */
static const char *shown_name(waiving *w, const pack_file *f) {
  for (size_t i = 0; i < w->pack->script_count; i++) {
    const pack_script *s = &w->pack->scripts[i];
    if (s->use && !strcmp(f->name, arena_format(&w->arena, "lib/%s.lua", s->use))) return s->file;
  }
  return arena_format(&w->arena, "%s/%s", w->pack->folder, f->name);
}

static const char **read_pack(waiving *w, size_t *count) {
  const pack *p = w->pack;
  *count = p ? p->file_count : 0;
  const char **names = arena_array(&w->arena, *count + 1, sizeof *names);
  for (size_t i = 0; i < *count; i++) {
    names[i] = shown_name(w, &p->files[i]);
    if (w->all || named(w->list, names[i]))
      read_text(w, names[i], p->files[i].data, p->files[i].size);
  }
  return names;
}

static bool contains(const char *const *names, size_t count, const char *name) {
  for (size_t i = 0; i < count; i++)
    if (!strcmp(names[i], name)) return true;
  return false;
}

/* Files that are told of and are no part of a pack that loaded: those that nothing reads, tests.lua. */
static void read_others(waiving *w, const char *const *names, size_t count) {
  const char **read = arena_array(&w->arena, w->list->count + 1, sizeof *read);
  size_t read_count = 0;
  for (size_t i = 0; i < w->list->count; i++) {
    const finding *f = &w->list->items[i];
    size_t size;
    if (f->severity != SEVERITY_WARNING || !f->file) continue;
    if (contains(names, count, f->file) || contains(read, read_count, f->file)) continue;
    const char *file = read[read_count++] = arena_string(&w->arena, f->file);
    const char *text = file_read(&w->arena, file, FILE_MOST, &size);
    if (text) read_text(w, file, text, size);
  }
}

/* The notes of rows that stand in scripts; those of spreadsheets are read there. */
static void read_notes(waiving *w) {
  for (size_t i = 0; w->pack && i < w->pack->step_count; i++) {
    const step *s = &w->pack->steps[i];
    if (s->kind != STEP_TABLE || s->table.csv) continue;
    for (size_t r = 0; r < s->table.row_count; r++) {
      const table_row *row = &s->table.rows[r];
      if (row->annotation) waivers_read_note(&w->arena, row->annotation, row->at, &w->waivers);
    }
    const table_row *otherwise = s->table.otherwise;
    if (otherwise && otherwise->annotation)
      waivers_read_note(&w->arena, otherwise->annotation, otherwise->at, &w->waivers);
  }
}

/* ---- what they waive ---- */

/* What is wrong about a waiver stands, whatever waivers say. */
static bool is_waivable(const char *id) {
  return finding_kind_find(id) && strncmp(id, "waiver-", 7) != 0;
}

static bool is_for(const waiver *w, const finding *f) {
  return f->severity == SEVERITY_WARNING && f->file && f->line >= w->from && f->line <= w->to &&
         !strcmp(f->id, w->id) && !strcmp(f->file, w->at.file);
}

static void waive(waiving *w) {
  size_t count;
  const char **names = read_pack(w, &count);
  read_others(w, names, count);
  read_notes(w);
  for (size_t i = 0; i < w->waivers.count; i++) {
    waiver *v = &w->waivers.items[i];
    if (v->word || !v->because || !is_waivable(v->id)) continue;
    for (size_t k = 0; k < w->list->count; k++) {
      if (!is_for(v, &w->list->items[k])) continue;
      findings_waive(w->list, k, v->because);
      v->used = true;
    }
  }
}

void waivers_apply(const pack *p, findings *list) {
  waiving w = {.pack = p, .list = list};
  if (list->count > list->errors) waive(&w);
  arena_deinit(&w.arena);
}

/* ---- what is wrong about them ---- */

static const char *nearest_kind(const char *id) {
  const char *names[200];
  size_t count = 0;
  for (const finding_kind *k; count < 200 && (k = finding_kind_at(count)); count++)
    names[count] = k->id;
  const char *near = text_suggest(id, names, count);
  return near && is_waivable(near) ? near : NULL;
}

static void tell(waiving *w, const waiver *v, const char *id, const char *fix,
                 const char *message) {
  findings_add(w->list, SEVERITY_WARNING, v->at.file, v->at.line, "%s", message);
  findings_detail(w->list, id, NULL, fix);
}

static void tell_no_such(waiving *w, const waiver *v) {
  const char *near = nearest_kind(v->id);
  buffer shown = {0};
  text_printable(&shown, v->id, strlen(v->id), 40);
  buffer_text(&shown, "");
  tell(w, v, "waiver-unknown", near ? NULL : "assay check --kinds lists the kinds",
       arena_format(&w->arena, "there is no kind of finding \"%s\" to be waived%s%s%s", shown.data,
                    near ? "; did you mean " : "", near ? near : "", near ? "?" : ""));
  buffer_deinit(&shown);
}

static void tell_unknown(waiving *w, const waiver *v) {
  if (!*v->id)
    tell(w, v, "waiver-unknown",
         "write check: allow KIND because ...; assay check --kinds lists the kinds",
         "the waiver does not say which kind of finding may stand");
  else if (!strcmp(v->id, FINDING_PLAIN))
    tell(w, v, "waiver-unknown", "take the waiver away",
         "a mistake cannot be waived, it has to be mended");
  else if (finding_kind_find(v->id))
    tell(w, v, "waiver-unknown", "mend the other waiver",
         arena_format(&w->arena, "\"%s\" cannot be waived: it is about a waiver itself", v->id));
  else
    tell_no_such(w, v);
}

/* The line of the nearest finding of the kind in the file; 0 = it has none. */
static int nearest_line(const waiving *w, const waiver *v) {
  int best = 0;
  for (size_t i = 0; i < w->list->count; i++) {
    const finding *f = &w->list->items[i];
    if (strcmp(f->id, v->id) != 0 || !f->file || strcmp(f->file, v->at.file) != 0) continue;
    if (!best || abs(f->line - v->to) < abs(best - v->to)) best = f->line;
  }
  return best;
}

/* Whether it is found depends on as_of too: its waiver may have nothing to waive today. */
static bool comes_and_goes(const char *id) {
  return !strcmp(id, "calendar-ends");
}

/* Scripts that packs share wait for what each of them does with them. */
static bool is_shared(const waiving *w, const char *file) {
  for (size_t i = 0; w->pack && i < w->pack->script_count; i++)
    if (w->pack->scripts[i].use && !strcmp(w->pack->scripts[i].file, file)) return true;
  return false;
}

static void tell_unused(waiving *w, const waiver *v) {
  const int near = nearest_line(w, v);
  if (w->list->errors || comes_and_goes(v->id) || is_shared(w, v->at.file)) return;
  const char *where = near ? arena_format(&w->arena, "; the nearest is at line %d", near) : "";
  tell(w, v, "waiver-unused", near ? "move it there, or take it away" : "take it away",
       arena_format(&w->arena, "there is nothing to waive: no finding \"%s\" at line %d%s", v->id,
                    v->to, where));
}

static void judge(waiving *w, const waiver *v) {
  if (v->word)
    tell(w, v, "waiver-unknown", NULL,
         arena_format(&w->arena,
                      "\"check: %s %s\" waives nothing; did you mean check: allow %s because ...?",
                      v->word, v->id, v->id));
  else if (!is_waivable(v->id))
    tell_unknown(w, v);
  else if (!v->because)
    tell(w, v, "waiver-without-reason",
         arena_format(&w->arena, "say why: check: allow %s because ...", v->id),
         arena_format(&w->arena, "the waiver of \"%s\" gives no reason, so it waives nothing",
                      v->id));
  else if (!v->used)
    tell_unused(w, v);
}

void waivers_judge(const pack *p, findings *list) {
  waiving w = {.pack = p, .list = list, .all = true};
  waive(&w);
  for (size_t i = 0; i < w.waivers.count; i++) judge(&w, &w.waivers.items[i]);
  findings_sort(list, 0);
  arena_deinit(&w.arena);
}
