/* Finds, checks and opens data-source plugins. Only configured folders are searched; a plugin is
 * loaded once and never unloaded. */
#ifndef DATA_PLUGIN_HOST_H
#define DATA_PLUGIN_HOST_H

#include "../base/error.h"
#include "../include/assay/plugin.h"

typedef struct plugin_host plugin_host;

/* The folders are copied. ASSAY_PLUGIN_PATH (':' between) comes first if set, then `folders`. */
plugin_host *plugin_host_new(const char *const *folders, size_t count);
void plugin_host_free(plugin_host *h);

/* The plugin `name` (file NAME.so in a folder), loaded on first use; it lives as long as the host.
 * The error (ERR_SOURCE) names the folders searched and the nearest name found, or why the file was
 * refused (both versions, both sizes). */
error_code plugin_host_find(plugin_host *h, const char *name, const assay_plugin **out, error *e);
/* The plugin in a file given by path (`assay plugins test FILE.so`). */
error_code plugin_host_load(plugin_host *h, const char *path, const assay_plugin **out, error *e);
/* Every file NAME.so of the folders, by name, the first of a name: calls `each` with the plugin, or
 * with NULL and the error. */
void plugin_host_each(plugin_host *h,
                      void (*each)(void *ctx, const char *path, const assay_plugin *p,
                                   const error *e),
                      void *ctx);

/* name=value pairs as a pack or the command line gives them; later ones win. Of a map option the
 * name may be given whole ("column.id") or apart (name "column", key "id"). */
typedef struct plugin_settings {
  assay_setting *items;
  size_t count;
} plugin_settings;

/* Checks the pairs against the plugin's table (unknown name with "did you mean", wrong type,
 * missing required: ERR_PACK), fills defaults, resolves paths from `data_folder` (NULL: left as
 * they are). The result owns its strings. On failure `out` is empty. */
error_code plugin_settings_check(const assay_plugin *p, const plugin_settings *given,
                                 const char *data_folder, plugin_settings *out, error *e);
void plugin_settings_deinit(plugin_settings *s);

/* What a person is shown of a source: "csv path=customers.csv encoding=gb18030": what is not the
 * default, secrets as ***. free() it. */
char *plugin_describe(const assay_plugin *p, const plugin_settings *s);

/* Opens the stream and checks that it is one (schema is a struct, release set): ERR_SOURCE with the
 * plugin's own words if not, and `out` has no release. The request must outlive the stream. */
error_code plugin_open(const assay_plugin *p, const assay_request *request,
                       struct ArrowArrayStream *out, error *e);

#endif
