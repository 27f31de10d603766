/* assay plugin ABI, version 1.
 *
 * A data source is one shared object with one exported function, assay_plugin_init. It declares its
 * options in a table and opens streams of records in the Arrow C stream interface. This header and
 * <assay/arrow.h> are all that a plugin needs; <assay/rows.h> spares a row-wise author the Arrow
 * buffers. Every struct that crosses the border begins with its size and only ever grows at its
 * end.
 */
#ifndef ASSAY_PLUGIN_H
#define ASSAY_PLUGIN_H

#include <stddef.h>
#include <stdint.h>
#include "arrow.h"

#ifdef __cplusplus
extern "C" {
#endif

#define ASSAY_PLUGIN_ABI 1u

/* What an operator can act on: what failed, on which file or server, what to do. */
typedef struct assay_plugin_error {
  size_t struct_size;
  char message[1024];
} assay_plugin_error;

typedef enum assay_option_type {
  ASSAY_OPTION_TEXT = 1,
  ASSAY_OPTION_PATH = 2, /* the host makes a relative path start at the data folder; "-" stays */
  ASSAY_OPTION_INTEGER = 3,
  ASSAY_OPTION_BOOLEAN = 4, /* "true" or "false" */
  ASSAY_OPTION_CHOICE = 5,  /* one of `choices`, separated by '|' */
  ASSAY_OPTION_MAP = 6      /* may be given many times as name.KEY=VALUE (a header mapping) */
} assay_option_type;

#define ASSAY_OPTION_REQUIRED 1u
#define ASSAY_OPTION_SECRET 2u /* never shown, logged or stored */

typedef struct assay_option {
  const char *name; /* NULL ends nothing: the count is in the plugin */
  assay_option_type type;
  uint32_t flags;
  const char *default_value; /* NULL = none */
  const char *choices;       /* ASSAY_OPTION_CHOICE */
  const char *help;          /* one sentence, English */
  const char *help_zh;       /* the same in Chinese, may be NULL */
} assay_option;

/* One option as set: validated by the host against the table, defaults filled in. Never grows (it
 * stands in an array); what is new comes with a field of its own in the request. */
typedef struct assay_setting {
  const char *name;
  const char *key; /* ASSAY_OPTION_MAP: the KEY, else NULL */
  const char *value;
} assay_setting;

typedef struct assay_request {
  size_t struct_size;
  const assay_setting *settings;
  size_t setting_count;
  const char *const *fields;  /* the columns that are wanted (projection), by the source's names */
  size_t field_count;         /* 0 = all */
  const char *cursor;         /* incremental: give records after this; NULL = all */
  uint32_t shard, shards;     /* give part `shard` of `shards`; 0 of 1 = everything */
  size_t batch_rows;          /* preferred size of an array; a source may give fewer or more */
  const volatile int *cancel; /* not 0: stop soon (ask assay_cancelled); may be NULL */
  void (*progress)(void *ctx, uint64_t done, uint64_t total); /* any unit; total 0 = unknown; may be
                                                                 NULL; called from get_next */
  void *progress_ctx;
} assay_request;

typedef struct assay_host {
  size_t struct_size;
  uint32_t abi_version;
  const char *version; /* of assay */
} assay_host;

typedef struct assay_plugin {
  size_t struct_size; /* before: what the host has room for; after: sizeof as the plugin knows it */
  uint32_t abi_version; /* set by the plugin to ASSAY_PLUGIN_ABI */
  const char *name;     /* as in source { plugin = "csv" }, and of the file: NAME.so */
  const char *version;
  const char *summary; /* one sentence */
  const assay_option *options;
  size_t option_count;
  size_t option_size; /* sizeof(assay_option) of the plugin */
  /* Opens a stream. Returns 0, or not 0 with the error filled and `out` untouched. The request and
   * all it points to live until the stream is released; the strings of the plugin live for ever.
   * The stream is used by one thread at a time, but an array may be released by any thread and
   * after the stream. get_last_error must answer after a failed call. A cursor or a shard that the
   * source does not know is an error, never ignored. Several streams may be open at once. */
  int (*open)(const assay_request *request, struct ArrowArrayStream *out,
              assay_plugin_error *error);
} assay_plugin;

/* The one export. Checks abi_version before it touches anything else, writes no more of `plugin`
 * than plugin->struct_size has room for; returns 0, or not 0 with the error filled. */
typedef int assay_plugin_init_fn(uint32_t abi_version, const assay_host *host, assay_plugin *plugin,
                                 assay_plugin_error *error);
#define ASSAY_PLUGIN_INIT "assay_plugin_init"

#if defined(__GNUC__)
#define ASSAY_PLUGIN_EXPORT __attribute__((visibility("default")))
#else
#define ASSAY_PLUGIN_EXPORT
#endif
ASSAY_PLUGIN_EXPORT int assay_plugin_init(uint32_t abi_version, const assay_host *host,
                                          assay_plugin *plugin, assay_plugin_error *error);

/* Records. get_schema gives a struct; each of its children is a column and, but for the two below,
 * a field of that name. A text column holds UTF-8, an unknown value is null.
 *
 * Columns with a role. A source may add two columns that are no fields; each is marked in the
 * metadata of its ArrowSchema (Arrow's own encoding) with the key "assay.role" and the value
 *   "position": int64, where the record begins in the source (a line number for a file), or
 *   "reject":   utf8, null for a good record; else the record cannot be read (all other columns may
 *               be null) and the text says why: CODE, field, value and message, joined by 0x1f.
 *               CODE is RAGGED, ENCODING, BAD_VALUE or a word of the source's own in capitals. */
#define ASSAY_ROLE_KEY "assay.role"
#define ASSAY_ROLE_POSITION "position"
#define ASSAY_ROLE_REJECT "reject"
#define ASSAY_REJECT_SEPARATOR '\x1f'

#ifdef __cplusplus
}
#endif
#endif
