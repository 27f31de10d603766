/* Loads a pack: finds its folder, runs its scripts in the load world, lets the checks look at the
 * whole, and hashes what it read.
 *
 * What the hash covers is what decides: company.lua, the scripts, tables and reason texts that were
 * read. Sample data, expected results and params.csv beside them are no part of the pack. */
#include "declare.h"

#include <dirent.h>
#include <errno.h>
#include <limits.h>
#include <sha2.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include "pack_load.h"
#include "row_access.h"
#include "../base/file.h"
#include "../base/text.h"

#define FILE_MOST ((size_t)16 << 20)

/* ---- finding the folder ---- */

static bool is_folder(const char *path) {
  struct stat s;
  return stat(path, &s) == 0 && S_ISDIR(s.st_mode);
}

/* The packs that were installed with this program: PREFIX/bin/assay has PREFIX/share/assay/rules. */
static const char *installed_rules(arena *a) {
  char path[PATH_MAX];
  ssize_t n = readlink("/proc/self/exe", path, sizeof path - 1);
  if (n <= 0) return NULL;
  path[n] = '\0';
  for (int up = 0; up < 2; up++) { /* the program, its folder */
    char *slash = strrchr(path, '/');
    if (!slash) return NULL;
    *slash = '\0';
  }
  return arena_format(a, "%s/share/assay/rules", path);
}

size_t pack_rule_folders(arena *a, const char ***out) {
  size_t count = 0;
  *ARENA_PUSH(a, *out, count) = "rules";
  const char *more = getenv("ASSAY_RULES");
  while (more && *more) {
    size_t n = strcspn(more, ":");
    if (n) *ARENA_PUSH(a, *out, count) = arena_string_n(a, more, n);
    more += n + (more[n] == ':');
  }
  const char *installed = installed_rules(a);
  if (installed) *ARENA_PUSH(a, *out, count) = installed;
  return count;
}

const char *pack_folder(arena *a, const char *path) {
  if (is_folder(path)) {
    size_t n = strlen(path);
    while (n > 1 && path[n - 1] == '/') n--;
    return arena_string_n(a, path, n);
  }
  const char **folders = NULL;
  const size_t count = pack_rule_folders(a, &folders);
  for (size_t i = 0; i < count && *path && !strchr(path, '/'); i++) {
    const char *folder = arena_format(a, "%s/%s", folders[i], path);
    if (is_folder(folder)) return folder;
  }
  return NULL;
}

bool pack_exists(const char *path) {
  arena a = {0};
  const bool found = pack_folder(&a, path) != NULL;
  arena_deinit(&a);
  return found;
}

static void add_packs(arena *a, const char *folder, const char ***names, size_t *count) {
  DIR *d = opendir(folder);
  for (struct dirent *e; d && (e = readdir(d));) {
    char company[PATH_MAX];
    snprintf(company, sizeof company, "%s/%s/company.lua", folder, e->d_name);
    if (e->d_name[0] != '.' && access(company, R_OK) == 0)
      *ARENA_PUSH(a, *names, *count) = arena_string(a, e->d_name);
  }
  if (d) closedir(d);
}

static int by_name(const void *a, const void *b) {
  return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* The pack's folder as given or found, or NULL after a finding. */
static const char *find_folder(loader *l, const char *path) {
  arena *a = &l->pack->arena;
  const char *there = pack_folder(a, path);
  if (there) return there;
  const char **folders = NULL, **names = NULL, *searched = "";
  size_t count = pack_rule_folders(a, &folders), found = 0;
  for (size_t i = 0; i < count && *path && !strchr(path, '/'); i++) {
    add_packs(a, folders[i], &names, &found);
    searched = arena_format(a, "%s%s%s", searched, i ? ", " : "", folders[i]);
  }
  if (found) qsort(names, found, sizeof *names, by_name);
  if (!*searched)
    findings_add(l->out, SEVERITY_ERROR, path, 0,
                 "there is no such folder; a pack is a folder that holds "
                 "company.lua");
  else
    findings_add(l->out, SEVERITY_ERROR, NULL, 0,
                 "there is no pack \"%s\": looked for a folder of that "
                 "name here and in %s%s",
                 path, searched, declare_meant(l, path, names, found));
  return NULL;
}

/* The folder's own name is the pack's identity, and part of the names of its views. */
static bool set_identity(loader *l) {
  pack *p = l->pack;
  char *real = realpath(p->folder, NULL);
  const char *base = real ? strrchr(real, '/') : NULL;
  p->name = arena_string(&p->arena, base ? base + 1 : p->folder);
  free(real);
  size_t good = strspn(p->name, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-");
  if (*p->name && !p->name[good] && strlen(p->name) <= 60) return true;
  findings_add(l->out, SEVERITY_ERROR, arena_format(&p->arena, "%s/company.lua", p->folder), 1,
               "the folder \"%s\" cannot be a pack: its name "
               "becomes the pack's name, and may hold letters, digits, - and _ only",
               p->name);
  return false;
}

/* ---- files ---- */

char *pack_read_member(const loader *l, const char *name, const char *path, size_t *size) {
  if (!l->archive) return file_read(&l->pack->arena, path, FILE_MOST, size);
  for (size_t i = 0; i < l->archive_count; i++) {
    if (strcmp(l->archive[i].name, name) != 0) continue;
    *size = l->archive[i].size;
    return arena_string_n(&l->pack->arena, l->archive[i].data, *size);
  }
  errno = ENOENT;
  return NULL;
}

/* "a.lua, b.lua" of the folder, and the nearest to what was wanted. */
static const char *folder_hint(const loader *l, const char *wanted) {
  arena *a = &l->pack->arena;
  const char **names = NULL, *all = "";
  size_t count = 0;
  DIR *d = l->archive ? NULL : opendir(l->pack->folder);
  for (struct dirent *e; d && (e = readdir(d));)
    if (e->d_name[0] != '.') *ARENA_PUSH(a, names, count) = arena_string(a, e->d_name);
  if (d) closedir(d);
  if (count) qsort(names, count, sizeof *names, by_name);
  for (size_t i = 0; i < count && i < 20; i++)
    all = arena_format(a, "%s%s%s", all, i ? ", " : "", names[i]);
  return arena_format(a, "; the folder holds %s%s", count ? all : "nothing",
                      declare_meant(l, wanted, names, count));
}

const pack_file *pack_read(loader *l, const char *name, place at, bool may_be_absent) {
  pack *p = l->pack;
  for (size_t i = 0; i < p->file_count; i++)
    if (strcmp(p->files[i].name, name) == 0) return &p->files[i];
  if (!*name || *name == '/' || *name == '.' || strchr(name, '/')) {
    declare_error(l, at,
                  "\"%s\" is no file of the pack: only files that stand in its folder itself can "
                  "be named",
                  name);
    return NULL;
  }
  size_t size;
  errno = 0;
  const char *path = arena_format(&p->arena, "%s/%s", p->folder, name);
  char *data = pack_read_member(l, name, path, &size);
  if (data) {
    pack_file *f = ARENA_PUSH(&p->arena, p->files, p->file_count);
    *f = (pack_file){arena_string(&p->arena, name), data, size};
    return f;
  }
  if (errno == ENOENT && may_be_absent) return NULL;
  if (errno == ENOENT)
    declare_error(l, at, "the file %s is not there%s", path, folder_hint(l, name));
  else
    declare_error(l, at, "the file %s cannot be read: %s", path, strerror(errno));
  return NULL;
}

static int by_file_name(const void *a, const void *b) {
  return strcmp(((const pack_file *)a)->name, ((const pack_file *)b)->name);
}

static void hash_files(pack *p) {
  uint8_t digest[SHA256_DIGEST_LENGTH];
  SHA2_CTX c;
  qsort(p->files, p->file_count, sizeof *p->files, by_file_name);
  SHA256Init(&c);
  for (size_t i = 0; i < p->file_count; i++) {
    char size[32];
    int n = snprintf(size, sizeof size, "%zu", p->files[i].size);
    SHA256Update(&c, (const uint8_t *)p->files[i].name, strlen(p->files[i].name) + 1);
    SHA256Update(&c, (const uint8_t *)size, (size_t)n + 1);
    SHA256Update(&c, (const uint8_t *)p->files[i].data, p->files[i].size);
  }
  SHA256Final(digest, &c);
  for (size_t i = 0; i < sizeof digest; i++) sprintf(p->hash + 2 * i, "%02x", digest[i]);
}

/* ---- running the scripts ---- */

static int reason_while_loading(lua_State *L, rule_host *self) {
  (void)self;
  return luaL_error(L, "reason() belongs inside the function of a rule");
}

const declaration *const declare_groups[] = {
    declare_company_words,    declare_source_words,  declare_field_words,    declare_score_words,
    declare_table_words,      declare_cadence_words, declare_limit_words,    declare_rule_words,
    declare_class_words,      declare_code_words,    declare_ageing_words,   declare_watch_words,
    declare_population_words, declare_notify_words,  declare_schedule_words, NULL};

static void declare_all(sandbox *s) {
  for (const declaration *const *g = declare_groups; *g; g++)
    for (const declaration *d = *g; d->name; d++) sandbox_declare(s, d->name, d->function);
}

static void run_script(loader *l, sandbox *s, const char *name, place at) {
  pack *p = l->pack;
  arena *a = &p->arena;
  const pack_file *f = pack_read(l, name, at, false);
  if (!f) {
    l->failed_early = true;
    return;
  }
  loading_script *script = arena_alloc(a, sizeof *script);
  *script = (loading_script){arena_format(a, "%s/%s", l->folder, f->name), f->data, f->size,
                             script_places_new(a, f->data, f->size)};
  *ARENA_PUSH(a, p->scripts, p->script_count) = (pack_script){script->file, f->data, f->size, NULL};
  l->script = script;
  *ARENA_PUSH(a, l->loaded, l->loaded_count) = script;
  if (sandbox_run(s, script->file, script->text, script->size, l->out))
    declare_pending(l);
  else
    l->failed_early = true;
  l->pending = NULL;
}

static void run_scripts(loader *l, sandbox *s) {
  lua_State *L = sandbox_lua(s);
  lua_newtable(L);
  l->marks = luaL_ref(L, LUA_REGISTRYINDEX);
  lua_newtable(L);
  l->functions = luaL_ref(L, LUA_REGISTRYINDEX);
  sandbox_set_context(s, l);
  pack_provide_reason(s);
  declare_all(s);
  pack_declare_use(l, s);
  run_script(l, s, "company.lua",
             (place){arena_format(&l->pack->arena, "%s/company.lua", l->folder), 1});
  for (size_t i = 0; i < l->wanted_script_count; i++) {
    const rule_text *wanted = &l->wanted_scripts[i];
    size_t n = strlen(wanted->text);
    bool whole = n > 4 && strcmp(wanted->text + n - 4, ".lua") == 0;
    run_script(l, s, arena_format(&l->pack->arena, "%s%s", wanted->text, whole ? "" : ".lua"),
               wanted->at);
  }
}

/* ---- the fields that rules read ---- */

static bool is_rule(void *ctx, int first_line, int last_line) {
  const loader *l = ctx;
  for (size_t i = 0; i < l->rule_function_count; i++) {
    const rule_function *f = &l->rule_functions[i];
    if (f->file == l->script->file && f->first_line == first_line && f->last_line == last_line)
      return true;
  }
  return false;
}

static bool is_field(void *ctx, const char *name) {
  const declared_name *n = declare_known(ctx, name);
  return n && n->readable;
}

static const char *const *list_fields(void *ctx, const char *name, size_t *count) {
  const loader *l = ctx;
  const int i = schema_find(&l->pack->schema, name);
  const schema *record = i < 0 ? NULL : l->pack->schema.fields[i].type.record;
  if (!record) return NULL;
  const char **names = arena_array(&l->pack->arena, record->count + 1, sizeof *names);
  for (size_t k = 0; k < record->count; k++) names[k] = record->fields[k].name;
  *count = record->count;
  return names;
}

/* Everything that stands before the rule. */
static void reads_all(loader *l, const rule_function *f, lua_step *s) {
  for (size_t i = 0; i < f->visible; i++)
    if (l->names[i].readable)
      *ARENA_PUSH(&l->pack->arena, s->fields, s->field_count) = l->names[i].name;
}

static void set_access(loader *l, const rule_function *f, const rule_access *access) {
  lua_step *s = &l->pack->steps[f->step].lua;
  s->positional = access && access->positional;
  if (!access || access->escapes) {
    reads_all(l, f, s);
    return;
  }
  s->field_count = access->field_count;
  s->fields = access->fields;
  for (size_t i = 0; i < s->field_count; i++) {
    const declared_name *n = declare_known(l, s->fields[i]);
    if (n && (size_t)(n - l->names) >= f->visible)
      declare_error(l, (place){f->file, f->first_line},
                    "the rule \"%s\" reads \"%s\", which is declared "
                    "after it (%s:%d); steps run from top to bottom",
                    l->pack->steps[f->step].name, n->name, n->at.file, n->at.line);
  }
}

static const rule_access *find_access(const rule_function *f, const rule_access *list, size_t n) {
  const rule_access *found = NULL;
  for (size_t i = 0; i < n; i++) {
    if (list[i].first_line != f->first_line || list[i].last_line != f->last_line) continue;
    if (found) return NULL; /* two on one line: left alone */
    found = &list[i];
  }
  return found;
}

static void rewrite_rules(loader *l) {
  pack *p = l->pack;
  const row_names names = {l, is_rule, is_field, list_fields};
  for (size_t i = 0; i < p->script_count; i++) {
    pack_script *script = &p->scripts[i];
    rule_access *accesses = NULL;
    size_t count = 0;
    loading_script *at = arena_alloc(&p->arena, sizeof *at);
    at->file = script->file;
    l->script = at;
    if (!row_access_rewrite(&p->arena, script->file, script->text, script->size, &names,
                            &script->text, &script->size, &accesses, &count, l->out))
      continue;
    for (size_t k = 0; k < l->rule_function_count; k++)
      if (l->rule_functions[k].file == script->file)
        set_access(l, &l->rule_functions[k], find_access(&l->rule_functions[k], accesses, count));
  }
  p->function_count = l->function_count;
}

/* ---- findings in the order of the files ---- */

static int by_place(const void *a, const void *b) {
  const finding *x = a, *y = b;
  int files = strcmp(x->file ? x->file : "", y->file ? y->file : "");
  if (files) return files;
  if (x->line != y->line) return x->line < y->line ? -1 : 1;
  return strcmp(x->message, y->message);
}

/* ---- the whole ---- */

static void load(loader *l) {
  pack *p = l->pack;
  l->folder = p->folder;
  sandbox *s = sandbox_new(SANDBOX_LOAD_BUDGET);
  if (!s) {
    findings_add(l->out, SEVERITY_ERROR, arena_format(&p->arena, "%s/company.lua", p->folder), 1,
                 "there is no memory to load the pack");
    return;
  }
  run_scripts(l, s);
  sandbox_free(s);
  p->schema.zone = p->zone;
  p->schema.missing = p->source.missing;
  p->schema.missing_count = p->source.missing_count;
  declare_join(l);
  if (!l->failed_early) {
    pack_check(l);
    rewrite_rules(l);
  }
  hash_files(p);
}

static loader new_loader(findings *out) {
  pack *p = mem_alloc(sizeof *p);
  p->budget = SANDBOX_CALL_BUDGET;
  p->currency_digits = 2;
  return (loader){
      .host = {reason_while_loading}, .pack = p, .out = out, .errors_before = out->errors};
}

/* The pack, with its findings in the order of the files; or NULL if one of them is an error. */
static pack *loaded(loader *l, size_t first) {
  findings *out = l->out;
  if (out->count > first)
    qsort(out->items + first, out->count - first, sizeof *out->items, by_place);
  if (out->errors == l->errors_before) return l->pack;
  pack_free(l->pack);
  return NULL;
}

pack *pack_load(const char *path, findings *out) {
  size_t first = out->count;
  loader l = new_loader(out);
  l.pack->folder = find_folder(&l, path);
  if (l.pack->folder && set_identity(&l)) load(&l);
  return loaded(&l, first);
}

pack *pack_load_files(const char *name, const pack_file *files, size_t count, findings *out) {
  size_t first = out->count;
  loader l = new_loader(out);
  l.archive = files;
  l.archive_count = count;
  l.pack->name = l.pack->folder = arena_string(&l.pack->arena, name);
  load(&l);
  return loaded(&l, first);
}

void pack_free(pack *p) {
  if (!p) return;
  arena_deinit(&p->arena);
  free(p);
}
