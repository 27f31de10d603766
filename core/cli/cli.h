/* What every command shares: how the program was called, where things are, how to talk.
 *
 * Only the command line reads the clock, the environment and the terminal; nothing below it does.
 */
#ifndef CLI_CLI_H
#define CLI_CLI_H

#include "../data/plugin_host.h"
#include "../lang/pack.h"
#include "../store/store.h"
#include "options.h"

typedef struct cli {
  const char *program; /* as it was called, for hints that can be typed */
  arena arena;         /* lives as long as the program runs */
  const command *const *commands;
  size_t command_count;
  bool events;        /* stdout is for JSON events (run --json) */
  error_code finding; /* an exit code that is no error: ERR_REJECTS */
} cli;

extern const command command_run, command_show, command_report, command_list, command_rejects,
    command_explain, command_try, command_replay, command_check, command_test, command_docs,
    command_new, command_editor, command_table, command_plugins, command_completion, command_backup,
    command_prune, command_doctor, command_schedule, command_serve, command_token, command_runs,
    command_cancel;

/* The name in the store of a PACK argument: the base name of the folder. */
error_code cli_pack_name(cli *c, const char *argument, const char **out, error *e);
/* --db, else $ASSAY_DB, else assay.db. */
const char *cli_database(const arguments *a);
/* Opens the published run of the PACK argument, or that of --run, for reading; close both
 * afterwards. */
error_code cli_open_run(cli *c, const arguments *a, store **s, store_reader **r, error *e);
/* The plugin folders: --plugin-path, beside the program, installed. */
plugin_host *cli_plugins(cli *c, const arguments *a);
size_t cli_plugin_folders(cli *c, const arguments *a, const char *const **out); /* the same */
/* "en" or "zh": --lang, else by LC_ALL, LC_MESSAGES, LANG. */
const char *cli_language(const arguments *a);
/* Loads a pack and prints its warnings; findings that are errors become the error. */
error_code cli_load_pack(cli *c, const char *argument, pack **out, error *e);
/* The error for a pack that is not there, from what pack_load found. */
error_code cli_no_pack(const char *argument, const findings *found, error *e);
/* Prints to stderr what is not waived in the pack (NULL: it did not load), or each as an event to stdout.
 * Everything that shows findings on its way to something else goes through here. */
void cli_tell_findings(const cli *c, const pack *p, findings *list);

#define CLI_OPTION_DB                                                                              \
  { "db", "FILE", OFFER_FILE, NULL, false, "the store; by default $ASSAY_DB, then assay.db" }
#define CLI_OPTION_RUN                                                                             \
  {                                                                                                \
    "run", "N", OFFER_NOTHING, NULL, false,                                                        \
        "the run with this number, if it is still stored; by default the published one"            \
  }
#define CLI_OPTION_LANG                                                                            \
  { "lang", "en|zh", OFFER_WORDS, "en|zh", false, "language of the report; by default by $LANG" }
#define CLI_OPTION_PLUGINS                                                                         \
  {                                                                                                \
    "plugin-path", "DIR", OFFER_FOLDER, NULL, true,                                                \
        "a folder to look for plugins in, before the usual ones"                                   \
  }

#endif
