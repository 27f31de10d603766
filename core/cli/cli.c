/* What the commands share. */
#include "cli.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "../base/text.h"
#include "../run/waivers.h"
#include "finding_report.h"
#include "progress.h"

error_code cli_pack_name(cli *c, const char *argument, const char **out, error *e) {
  size_t n = strlen(argument);
  while (n > 1 && argument[n - 1] == '/') n--;
  char *path = arena_string_n(&c->arena, argument, n);
  const char *slash = strrchr(path, '/'), *base = slash ? slash + 1 : path;
  if (!strcmp(base, ".") || !strcmp(base, "..")) {
    char full[PATH_MAX];
    if (!realpath(path, full))
      return error_set(e, ERR_NOT_FOUND, "%s: there is no such folder", path);
    base = arena_string(&c->arena, strrchr(full, '/') + 1);
  }
  if (!*base || !text_valid_utf8(base, strlen(base)))
    return error_set(e, ERR_USAGE, "the name of a pack is not empty, and UTF-8");
  *out = base;
  return ERR_OK;
}

const char *cli_database(const arguments *a) {
  const char *path = arguments_value(a, "db");
  if (!path) path = getenv("ASSAY_DB");
  return path && *path ? path : "assay.db";
}

error_code cli_open_run(cli *c, const arguments *a, store **s, store_reader **r, error *e) {
  const char *name = NULL;
  long long number = 0;
  error_code code = cli_pack_name(c, a->words[0], &name, e);
  if (!code) code = arguments_number(a, "run", 1, INT64_MAX, 0, &number, e);
  if (code) return code;
  if ((code = store_open(cli_database(a), STORE_READ, s, e))) return code;
  code = number ? store_reader_open_run(*s, name, number, r, e) : store_reader_open(*s, name, r, e);
  if (code) {
    store_close(*s);
    *s = NULL;
  }
  return code;
}

size_t cli_plugin_folders(cli *c, const arguments *a, const char *const **out) {
  const char **folders = arena_array(&c->arena, a->count + 3, sizeof *folders);
  size_t n = 0;
  for (size_t i = 0; i < a->count; i++)
    if (!strcmp(a->items[i].option->name, "plugin-path")) folders[n++] = a->items[i].value;
  char self[PATH_MAX];
  const ssize_t length = readlink("/proc/self/exe", self, sizeof self - 1);
  if (length > 0) {
    self[length] = 0;
    char *slash = strrchr(self, '/');
    if (slash) *slash = 0;
    folders[n++] = arena_format(&c->arena, "%s/plugins", self);
    folders[n++] = arena_format(&c->arena, "%s/../lib/assay/plugins", self);
  }
  *out = folders;
  return n;
}

plugin_host *cli_plugins(cli *c, const arguments *a) {
  const char *const *folders;
  const size_t n = cli_plugin_folders(c, a, &folders);
  return plugin_host_new(folders, n);
}

const char *cli_language(const arguments *a) {
  static const char *const variables[] = {"LC_ALL", "LC_MESSAGES", "LANG"};
  const char *asked = arguments_value(a, "lang");
  if (asked) return asked;
  for (size_t i = 0; i < 3; i++) {
    const char *value = getenv(variables[i]);
    if (value && *value) return strncmp(value, "zh", 2) ? "en" : "zh";
  }
  return "en";
}

void cli_tell_findings(const cli *c, const pack *p, findings *list) {
  waivers_apply(p, list);
  for (size_t i = 0; i < list->count; i++) {
    const finding *f = &list->items[i];
    if (f->waived) continue;
    if (c->events)
      progress_finding(f);
    else
      finding_print(stderr, f);
  }
}

error_code cli_no_pack(const char *argument, const findings *found, error *e) {
  const char *why = found->count ? found->items[0].message : "there is no such pack";
  if (found->count && !found->items[0].file) return error_set(e, ERR_NOT_FOUND, "%s", why);
  return error_set(e, ERR_NOT_FOUND, "'%s': %s", argument, why);
}

error_code cli_load_pack(cli *c, const char *argument, pack **out, error *e) {
  findings found = {0};
  const char *name = argument;
  error_code code = ERR_OK;
  *out = pack_load(argument, &found);
  if (!*out && !pack_exists(argument))
    code = cli_no_pack(argument, &found, e);
  else
    cli_tell_findings(c, *out, &found);
  if (!*out && !code) code = cli_pack_name(c, argument, &name, e);
  if (!*out && !code)
    code = error_set(e, ERR_PACK, "the pack %s has %zu error%s; nothing was run", name,
                     found.errors, found.errors == 1 ? "" : "s");
  findings_deinit(&found);
  return code;
}
