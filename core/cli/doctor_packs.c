/* assay doctor: plugins, and the packs of the rule folders. */
#include <dirent.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "../lang/pack_load.h"
#include "../run/waivers.h"
#include "doctor.h"

/* ---- plugins ---- */

typedef struct plugins {
  doctor *d;
  size_t found;
} plugins;

static void look_at_plugin(void *ctx, const char *path, const assay_plugin *p, const error *e) {
  plugins *x = ctx;
  struct stat st;
  if (!p) {
    doctor_tell(x->d, HEALTH_WRONG,
                "build it against this program's headers, or take it out of the folder", "%s",
                e->message);
    return;
  }
  x->found++;
  if (stat(path, &st) == 0 && st.st_mode & 0002)
    doctor_tell(x->d, HEALTH_WRONG, "chmod o-w: whoever writes to it runs code as the service",
                "%s: everybody on this machine may change this plugin", path);
}

void doctor_look_at_plugins(doctor *d) {
  plugins x = {.d = d};
  d->area = "plugins";
  plugin_host *host = cli_plugins(d->cli, d->arguments);
  plugin_host_each(host, look_at_plugin, &x);
  plugin_host_free(host);
  if (x.found)
    doctor_tell(d, HEALTH_FINE, NULL, "%zu data source%s", x.found, x.found == 1 ? "" : "s");
  else
    doctor_tell(d, HEALTH_WRONG,
                "install them beside the program or name their folder with --plugin-path",
                "no data source is found, so nothing can be read");
}

/* ---- packs ---- */

static void look_at_source(doctor *d, plugin_host *host, const pack *p, const pack_source *source) {
  const assay_plugin *plugin;
  plugin_settings set = {0};
  error e = {0};
  if (!source->plugin) return;
  error_code code = plugin_host_find(host, source->plugin, &plugin, &e);
  if (!code) code = plugin_settings_check(plugin, &source->settings, p->folder, &set, &e);
  if (code)
    doctor_tell(d, HEALTH_WRONG, "see `assay plugins`, and source { ... } of the pack", "%s: %s",
                p->folder, e.message);
  plugin_settings_deinit(&set);
}

static void look_at_pack(doctor *d, plugin_host *host, const char *folder) {
  findings found = {0};
  pack *p = pack_load(folder, &found);
  if (!p) {
    const finding *f = NULL;
    for (size_t i = 0; i < found.count && !f; i++)
      if (found.items[i].severity == SEVERITY_ERROR) f = &found.items[i];
    doctor_tell(d, HEALTH_WRONG, "`assay check` shows them all", "%s: %zu error%s, the first: %s",
                folder, found.errors, found.errors == 1 ? "" : "s", f ? f->message : "unknown");
  } else {
    look_at_source(d, host, p, &p->source);
    for (size_t i = 0; i < p->related_count; i++) look_at_source(d, host, p, &p->related[i].source);
    waivers_apply(p, &found);
    const bool warns = findings_warnings(&found) > 0;
    doctor_tell(d, warns ? HEALTH_WARNING : HEALTH_FINE,
                warns ? "`assay check` shows the warnings" : NULL, "%s loads%s", folder,
                warns ? ", with warnings" : "");
  }
  pack_free(p);
  findings_deinit(&found);
}

/* Whoever may change the rules decides who gets credit, and what the service reads and starts. */
static void look_at_mode(doctor *d, const char *folder) {
  struct stat st;
  arena a = {0};
  const char *const paths[] = {folder, arena_format(&a, "%s/company.lua", folder)};
  for (size_t i = 0; i < sizeof paths / sizeof *paths; i++)
    if (stat(paths[i], &st) == 0 && st.st_mode & 0002)
      doctor_tell(d, HEALTH_WRONG, "chmod o-w: whoever writes to it decides who gets credit",
                  "%s: everybody on this machine may change these rules", paths[i]);
  arena_deinit(&a);
}

static int by_name(const void *a, const void *b) {
  return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static size_t look_into(doctor *d, plugin_host *host, arena *a, const char *folder) {
  const char **packs = NULL;
  size_t count = 0;
  DIR *all = opendir(folder);
  for (struct dirent *x; all && (x = readdir(all));) {
    const char *path = arena_format(a, "%s/%s", folder, x->d_name);
    if (x->d_name[0] == '.' || access(arena_format(a, "%s/company.lua", path), F_OK)) continue;
    packs = mem_grow(packs, count + 1, sizeof *packs);
    packs[count++] = path;
  }
  if (all) closedir(all);
  if (count) qsort(packs, count, sizeof *packs, by_name);
  for (size_t i = 0; i < count; i++) {
    look_at_pack(d, host, packs[i]);
    look_at_mode(d, packs[i]);
  }
  free(packs);
  return count;
}

void doctor_look_at_packs(doctor *d) {
  arena a = {0};
  const char **folders = NULL;
  size_t found = 0;
  d->area = "packs";
  plugin_host *host = cli_plugins(d->cli, d->arguments);
  const size_t count = pack_rule_folders(&a, &folders);
  for (size_t i = 0; i < count; i++) found += look_into(d, host, &a, folders[i]);
  plugin_host_free(host);
  if (!found)
    doctor_tell(d, HEALTH_WARNING, "run it where the folder rules is, or name one in ASSAY_RULES",
                "there are no packs in the rule folders");
  arena_deinit(&a);
}
