/* Does a plugin keep its word? One suite for every plugin, whatever it reads. */
#ifndef DATA_CONFORMANCE_H
#define DATA_CONFORMANCE_H

#include "plugin_host.h"
#include <stdbool.h>

/* Runs every check against a loaded plugin with settings (as given, not checked yet) that open a
 * source, and calls `report` once a check, with the reason in `detail` ("" if there is none).
 * ERR_OK when all passed, ERR_SOURCE when one failed, ERR_USAGE when those of its stream were skipped
 * since a required option was not given. A plugin that breaks memory can still crash it. */
error_code conformance_run(const assay_plugin *p, const plugin_settings *s, const char *data_folder,
                           void (*report)(void *ctx, bool ok, const char *check,
                                          const char *detail),
                           void *ctx);

/* Whether an array keeps the rules of the Arrow C data interface for its schema, or what breaks
 * them. */
bool conformance_array(const struct ArrowSchema *schema, const struct ArrowArray *array, char *why,
                       size_t room);

#endif
