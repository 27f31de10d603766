/* The checks that need the whole pack; those of its reason codes are in pack_codes.c. */
#include "pack_load.h"

#include <dirent.h>
#include <stdlib.h>
#include <string.h>

/* ---- what is absent ---- */

static bool check_present(const loader *l) {
  place at = {arena_format(&l->pack->arena, "%s/company.lua", l->folder), 1};
  if (!l->company)
    declare_error(l, at,
                  "company { ... } is missing: it says name, currency, timezone and scripts");
  if (!l->fields) declare_error(l, at, "fields { ... } is missing: it says what a record holds");
  if (!l->source)
    declare_error(l, at, "source { ... } is missing: it says where the records come from");
  if (!l->outputs)
    declare_error(l, at, "outputs { ... } is missing: it says what a decision shows");
  return l->company && l->fields && l->outputs;
}

/* ---- names that must mean something ---- */

static const char *const *readable_names(const loader *l, size_t *count) {
  const char **names = NULL;
  *count = 0;
  for (size_t i = 0; i < l->name_count; i++)
    if (l->names[i].readable) *ARENA_PUSH(&l->pack->arena, names, *count) = l->names[i].name;
  return names;
}

static void check_outputs(const loader *l) {
  const pack *p = l->pack;
  size_t count;
  const char *const *names = readable_names(l, &count);
  for (size_t i = 0; i < p->output_count; i++) {
    const pack_output *o = &p->outputs[i];
    const declared_name *n = declare_known(l, o->name);
    int f = schema_find(&p->schema, o->name);
    if (!n || !n->readable)
      declare_error(l, o->at, "outputs names \"%s\", which no step makes%s", o->name,
                    declare_meant(l, o->name, names, count));
    else if (f >= 0 && p->schema.fields[f].type.kind == TYPE_KEY)
      declare_error(l, o->at, "outputs names the key \"%s\", which every decision has by itself",
                    o->name);
    else if (f >= 0 && p->schema.fields[f].type.kind == TYPE_LIST)
      declare_error(l, o->at, "outputs names \"%s\", which is a list of records", o->name);
    else if (strcmp(n->what, "parameter") == 0)
      declare_error(l, o->at, "outputs names the parameter \"%s\", which is the same for all",
                    o->name);
  }
}

static void check_role(const loader *l, const char *role, const char *name) {
  const pack *p = l->pack;
  const char **names = NULL;
  size_t count = 0;
  if (!name) return;
  for (size_t i = 0; i < p->output_count; i++) {
    if (strcmp(p->outputs[i].name, name) == 0) return;
    *ARENA_PUSH(&l->pack->arena, names, count) = p->outputs[i].name;
  }
  declare_error(l, l->report_at, "%s of report is \"%s\", which is none of the outputs%s", role,
                name, declare_meant(l, name, names, count));
}

/* The name of a customer is read from the record, not made by the rules. */
static void check_name(const loader *l, const char *name) {
  const pack *p = l->pack;
  const char **names = NULL;
  size_t count = 0;
  if (!name) return;
  for (size_t i = 0; i < p->schema.count; i++) {
    const field *f = &p->schema.fields[i];
    if (f->type.kind != TYPE_TEXT && f->type.kind != TYPE_KEY) continue;
    if (strcmp(f->name, name) == 0) return;
    *ARENA_PUSH(&l->pack->arena, names, count) = f->name;
  }
  declare_error(l, l->report_at, "name of report is \"%s\", which is none of the text fields%s",
                name, declare_meant(l, name, names, count));
}

static void check_scorecard_codes(const loader *l) {
  const pack *p = l->pack;
  for (size_t i = 0; i < p->step_count; i++) {
    const char *of = p->steps[i].kind == STEP_CODES ? p->steps[i].codes.scorecard : NULL;
    const char **cards = NULL;
    size_t count = 0;
    bool found = !of;
    for (size_t k = 0; k < i && of; k++) {
      if (p->steps[k].kind != STEP_SCORECARD) continue;
      found = found || strcmp(p->steps[k].name, of) == 0;
      *ARENA_PUSH(&l->pack->arena, cards, count) = p->steps[k].name;
    }
    if (!found)
      declare_error(l, p->steps[i].at,
                    "codes \"%s\" is of \"%s\", which is no scorecard that stands before "
                    "it%s",
                    p->steps[i].name, of, declare_meant(l, of, cards, count));
  }
}

/* ---- files that nobody reads ---- */

static bool ends_with(const char *text, const char *end) {
  size_t n = strlen(text), m = strlen(end);
  return n > m && strcmp(text + n - m, end) == 0;
}

static bool is_read(const pack *p, const char *name) {
  for (size_t i = 0; i < p->file_count; i++)
    if (strcmp(p->files[i].name, name) == 0) return true;
  return strcmp(name, "tests.lua") == 0;
}

static void check_stray_files(const loader *l) {
  pack *p = l->pack;
  DIR *d = l->archive ? NULL : opendir(p->folder);
  for (struct dirent *e; d && (e = readdir(d));) {
    const char *name = e->d_name;
    place at = {arena_format(&p->arena, "%s/%s", l->folder, name), 1};
    if (*name == '.' || is_read(p, name)) continue;
    if (ends_with(name, ".lua"))
      declare_warning(l, at, "stray-file",
                      "the script is not run: scripts of company does not name it");
    if (strncmp(name, "reasons.", 8) == 0 && ends_with(name, ".csv"))
      declare_warning(l, at, "stray-file",
                      "nothing reads this file: the texts of reason codes are reasons.en.csv and "
                      "reasons.zh.csv");
  }
  if (d) closedir(d);
}

void pack_check(loader *l) {
  const pack_report *r = &l->pack->report;
  bool wrong = l->out->errors > l->errors_before;
  if (!check_present(l)) return;
  if (!l->pack->step_count && wrong)
    return; /* `scripts` is misspelled: nothing ran that has names */
  check_outputs(l);
  check_name(l, r->name);
  check_role(l, "class", r->classes);
  check_role(l, "limit", r->limit);
  check_role(l, "follow_up", r->follow_up);
  check_role(l, "channel", r->channel);
  check_scorecard_codes(l);
  declare_check_versions(l);
  declare_check_schedules(l);
  pack_check_codes(l);
  check_stray_files(l);
}
