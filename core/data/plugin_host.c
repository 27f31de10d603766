/* Loads plugins and stands between them and the rest: nothing of a descriptor is believed before
 * its version and its size are. */
#include "plugin_host.h"
#include "../base/memory.h"
#include "../base/file.h"
#include "../base/text.h"
#include <dirent.h>
#include <dlfcn.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* Sizes as they were in version 1: what a plugin must have at least. */
#define PLUGIN_SIZE (offsetof(assay_plugin, open) + sizeof(void *))
#define OPTION_SIZE (offsetof(assay_option, help_zh) + sizeof(char *))

typedef struct loaded {
  struct loaded *next;
  char *path; /* resolved */
  assay_plugin plugin;
  assay_option *options; /* copies, in this host's size */
} loaded;

struct plugin_host {
  char **folders;
  size_t folder_count;
  loaded *plugins;
};

/* ---- folders */

static void add_folder(plugin_host *h, const char *folder, size_t n) {
  if (n == 0) return;
  h->folders = mem_grow(h->folders, h->folder_count + 1, sizeof *h->folders);
  h->folders[h->folder_count++] = mem_string_n(folder, n);
}

plugin_host *plugin_host_new(const char *const *folders, size_t count) {
  plugin_host *h = mem_alloc(sizeof *h);
  const char *path = getenv("ASSAY_PLUGIN_PATH");
  while (path && *path) {
    size_t n = strcspn(path, ":");
    add_folder(h, path, n);
    path += path[n] ? n + 1 : n;
  }
  for (size_t i = 0; i < count; i++) add_folder(h, folders[i], strlen(folders[i]));
  return h;
}

void plugin_host_free(plugin_host *h) {
  if (!h) return;
  while (h->plugins) {
    loaded *l = h->plugins;
    h->plugins = l->next;
    free(l->options);
    free(l->path);
    free(l);
  }
  for (size_t i = 0; i < h->folder_count; i++) free(h->folders[i]);
  free(h->folders);
  free(h);
}

/* ---- one file */

static error_code check_option(const char *path, const assay_option *o, size_t number, error *e) {
  if (!o->name || !*o->name || strpbrk(o->name, ".= \t\n")) {
    return error_set(e, ERR_SOURCE, "%s: option number %zu has no usable name", path, number + 1);
  }
  if (o->type < ASSAY_OPTION_TEXT || o->type > ASSAY_OPTION_MAP) {
    return error_set(e, ERR_SOURCE, "%s: option %s has the unknown type %d", path, o->name,
                     (int)o->type);
  }
  if (o->type == ASSAY_OPTION_CHOICE && (!o->choices || !*o->choices)) {
    return error_set(e, ERR_SOURCE, "%s: option %s is a choice without choices", path, o->name);
  }
  return ERR_OK;
}

/* Copies the table, whose entries may be larger than this host knows. */
static error_code take_options(loaded *l, error *e) {
  assay_plugin *p = &l->plugin;
  if (p->option_count == 0) return ERR_OK;
  if (p->option_size < OPTION_SIZE || !p->options) {
    return error_set(e, ERR_SOURCE,
                     "%s: its options have %zu bytes each, this assay needs %zu: build the plugin "
                     "against this assay's headers",
                     l->path, p->option_size, OPTION_SIZE);
  }
  size_t known = p->option_size < sizeof(assay_option) ? p->option_size : sizeof(assay_option);
  l->options = mem_array(p->option_count, sizeof *l->options);
  for (size_t i = 0; i < p->option_count; i++) {
    memcpy(&l->options[i], (const char *)p->options + i * p->option_size, known);
    error_code code = check_option(l->path, &l->options[i], i, e);
    if (code) return code;
    for (size_t j = 0; j < i; j++) {
      if (strcmp(l->options[i].name, l->options[j].name) != 0) continue;
      return error_set(e, ERR_SOURCE, "%s: option %s is declared twice", l->path,
                       l->options[i].name);
    }
  }
  p->options = l->options;
  p->option_size = sizeof *l->options;
  return ERR_OK;
}

static error_code check_descriptor(loaded *l, error *e) {
  const assay_plugin *p = &l->plugin;
  if (p->abi_version != ASSAY_PLUGIN_ABI) {
    return error_set(e, ERR_SOURCE,
                     "%s: built for plugin ABI %u, this assay speaks %u: build it against this "
                     "assay's headers",
                     l->path, p->abi_version, ASSAY_PLUGIN_ABI);
  }
  if (p->struct_size < PLUGIN_SIZE) {
    return error_set(
        e, ERR_SOURCE,
        "%s: its descriptor has %zu bytes, this assay needs %zu: build it against this "
        "assay's headers",
        l->path, p->struct_size, PLUGIN_SIZE);
  }
  if (!p->open) return error_set(e, ERR_SOURCE, "%s: it has no open function", l->path);
  const char *file = file_base_name(l->path);
  size_t n = p->name ? strlen(p->name) : 0;
  if (n == 0 || strncmp(file, p->name, n) != 0 || strcmp(file + n, ".so") != 0) {
    return error_set(e, ERR_SOURCE, "%s: it calls itself \"%s\"; the file must be called NAME.so",
                     l->path, p->name ? p->name : "");
  }
  return take_options(l, e);
}

/* Calls the one export. A function pointer comes as a data pointer from dlsym, so it is copied. */
static error_code start(loaded *l, void *library, error *e) {
  void *symbol = dlsym(library, ASSAY_PLUGIN_INIT);
  assay_plugin_init_fn *init;
  assay_host host = {sizeof host, ASSAY_PLUGIN_ABI, ASSAY_VERSION};
  assay_plugin_error problem = {.struct_size = sizeof problem};
  if (!symbol) {
    return error_set(e, ERR_SOURCE, "%s: not an assay plugin: it does not export %s", l->path,
                     ASSAY_PLUGIN_INIT);
  }
  memcpy(&init, &symbol, sizeof init);
  l->plugin.struct_size = sizeof l->plugin;
  int code = init(ASSAY_PLUGIN_ABI, &host, &l->plugin, &problem);
  problem.message[sizeof problem.message - 1] = 0;
  if (code) {
    return error_set(e, ERR_SOURCE, "%s: it refuses to start: %s", l->path,
                     problem.message[0] ? problem.message : "it does not say why");
  }
  return check_descriptor(l, e);
}

error_code plugin_host_load(plugin_host *h, const char *path, const assay_plugin **out, error *e) {
  char *resolved = realpath(path, NULL);
  if (!resolved) return error_set(e, ERR_SOURCE, "%s: no such plugin file", path);
  for (loaded *l = h->plugins; l; l = l->next) {
    if (strcmp(l->path, resolved) != 0) continue;
    free(resolved);
    *out = &l->plugin;
    return ERR_OK;
  }
  void *library = dlopen(resolved, RTLD_NOW | RTLD_LOCAL); /* never closed */
  if (!library) {
    const char *why = dlerror();
    free(resolved);
    return error_set(e, ERR_SOURCE, "%s: cannot be loaded: %s", path, why ? why : "unknown reason");
  }
  loaded *l = mem_alloc(sizeof *l);
  l->path = resolved;
  error_code code = start(l, library, e);
  if (code) {
    free(l->options);
    free(l->path);
    free(l);
    return code;
  }
  l->next = h->plugins;
  h->plugins = l;
  *out = &l->plugin;
  return ERR_OK;
}

/* ---- by name */

typedef struct found {
  char *name, *path;
} found;

static int by_name(const void *a, const void *b) {
  return strcmp(((const found *)a)->name, ((const found *)b)->name);
}

/* All NAME.so of the folders, sorted by name; of two with one name the first folder's. */
static found *list_files(const plugin_host *h, size_t *count) {
  found *list = NULL;
  *count = 0;
  for (size_t i = 0; i < h->folder_count; i++) {
    DIR *folder = opendir(h->folders[i]);
    if (!folder) continue;
    for (struct dirent *d; (d = readdir(folder));) {
      size_t n = strlen(d->d_name);
      if (n < 4 || strcmp(d->d_name + n - 3, ".so") != 0) continue;
      bool known = false;
      for (size_t j = 0; j < *count; j++) {
        known =
            known || (strlen(list[j].name) == n - 3 && !strncmp(list[j].name, d->d_name, n - 3));
      }
      if (known) continue;
      buffer path = {0};
      buffer_format(&path, "%s/%s", h->folders[i], d->d_name);
      list = mem_grow(list, *count + 1, sizeof *list);
      list[(*count)++] = (found){mem_string_n(d->d_name, n - 3), path.data};
    }
    closedir(folder);
  }
  if (*count) qsort(list, *count, sizeof *list, by_name);
  return list;
}

static void free_files(found *list, size_t count) {
  for (size_t i = 0; i < count; i++) {
    free(list[i].name);
    free(list[i].path);
  }
  free(list);
}

static error_code not_found(const plugin_host *h, const char *name, const found *list, size_t count,
                            error *e) {
  buffer folders = {0};
  const char **names = mem_array(count + 1, sizeof *names);
  for (size_t i = 0; i < count; i++) names[i] = list[i].name;
  for (size_t i = 0; i < h->folder_count; i++) {
    buffer_format(&folders, "%s%s", i ? ", " : "", h->folders[i]);
  }
  if (!h->folder_count) buffer_text(&folders, "(none is configured)");
  const char *near = text_suggest(name, names, count);
  error_code code = error_set(e, ERR_SOURCE, "no plugin \"%s\"%s%s%s; searched for %s.so in %s",
                              name, near ? "; did you mean \"" : "", near ? near : "",
                              near ? "\"?" : "", name, folders.data);
  free(names);
  buffer_deinit(&folders);
  return code;
}

error_code plugin_host_find(plugin_host *h, const char *name, const assay_plugin **out, error *e) {
  size_t count;
  found *list = list_files(h, &count);
  error_code code = ERR_NOT_FOUND;
  for (size_t i = 0; i < count && code == ERR_NOT_FOUND; i++) {
    if (!strcmp(list[i].name, name)) code = plugin_host_load(h, list[i].path, out, e);
  }
  if (code == ERR_NOT_FOUND) code = not_found(h, name, list, count, e);
  free_files(list, count);
  return code;
}

void plugin_host_each(plugin_host *h,
                      void (*each)(void *ctx, const char *path, const assay_plugin *p,
                                   const error *e),
                      void *ctx) {
  size_t count;
  found *list = list_files(h, &count);
  for (size_t i = 0; i < count; i++) {
    const assay_plugin *p = NULL;
    error e = {0};
    if (plugin_host_load(h, list[i].path, &p, &e)) p = NULL;
    each(ctx, list[i].path, p, p ? NULL : &e);
  }
  free_files(list, count);
}

/* ---- opening */

static error_code not_a_stream(const assay_plugin *p, const char *why, struct ArrowArrayStream *out,
                               error *e) {
  if (out->release) out->release(out);
  memset(out, 0, sizeof *out);
  return error_set(e, ERR_SOURCE, "plugin %s: what it opened is not a stream of records: %s",
                   p->name, why);
}

error_code plugin_open(const assay_plugin *p, const assay_request *request,
                       struct ArrowArrayStream *out, error *e) {
  assay_plugin_error problem = {.struct_size = sizeof problem};
  memset(out, 0, sizeof *out);
  int code = p->open(request, out, &problem);
  problem.message[sizeof problem.message - 1] = 0;
  if (code) {
    memset(out, 0, sizeof *out);
    return error_set(e, ERR_SOURCE, "plugin %s: %s", p->name,
                     problem.message[0] ? problem.message : strerror(code));
  }
  if (!out->release) return not_a_stream(p, "it has no release function", out, e);
  if (!out->get_schema || !out->get_next || !out->get_last_error) {
    return not_a_stream(p, "a function of it is missing", out, e);
  }
  struct ArrowSchema schema = {0};
  code = out->get_schema(out, &schema);
  if (code) {
    const char *said = out->get_last_error(out);
    char why[512];
    snprintf(why, sizeof why, "%s", said && *said ? said : strerror(code));
    return not_a_stream(p, why, out, e);
  }
  if (!schema.release || !schema.format) return not_a_stream(p, "its schema is empty", out, e);
  char why[128] = "";
  if (strcmp(schema.format, "+s") != 0) {
    snprintf(why, sizeof why, "its schema is \"%.40s\", expected a struct (\"+s\")", schema.format);
  }
  schema.release(&schema);
  return why[0] ? not_a_stream(p, why, out, e) : ERR_OK;
}
