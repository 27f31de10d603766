/* assay backup: a whole, checked copy of the database, also while it is in use. */
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <unistd.h>

#include "../store/store_keep.h"
#include "cli.h"
#include "size.h"

static const option options[] = {
    CLI_OPTION_DB,
};

static atomic_bool stopping;

static void on_signal(int number) {
  (void)number;
  atomic_store(&stopping, true);
}

/* SIGINT and SIGTERM take the half copy away; a second one ends the program. */
static void catch_signals(void) {
  const struct sigaction action = {.sa_handler = on_signal, .sa_flags = (int)SA_RESETHAND};
  sigaction(SIGINT, &action, NULL);
  sigaction(SIGTERM, &action, NULL);
}

static void show(void *ctx, int64_t done, int64_t of) {
  (void)ctx;
  fprintf(stderr, "\r%3d %% of ", of ? (int)(done * 100 / of) : 100);
  size_print(stderr, of);
  if (done == of) fputs(", checking the copy ...", stderr);
}

static error_code run_backup(cli *c, const arguments *a, error *e) {
  const bool terminal = isatty(STDERR_FILENO);
  const store_backup_options o = {.stop = &stopping, .progress = terminal ? show : NULL};
  store_copied done;
  (void)c;
  catch_signals();
  const error_code code = store_backup(cli_database(a), a->words[0], &o, &done, e);
  if (terminal) fputs("\r\033[K", stderr);
  if (code) return code;
  printf("%s: ", a->words[0]);
  size_print(stdout, done.bytes);
  printf(", %lld pack%s, the decisions of %lld run%s; checked\n", (long long)done.packs,
         done.packs == 1 ? "" : "s", (long long)done.runs, done.runs == 1 ? "" : "s");
  return ERR_OK;
}

const command command_backup = {
    .name = "backup",
    .arguments = "FILE",
    .summary = "copy the database into a file, also while it is in use",
    .description =
        "Copies the database as it is at this moment, while runs and the service go on. The copy "
        "is "
        "written to FILE.partial, checked whole, synced, and only then given its name, so that "
        "FILE "
        "is always a whole backup: the new one, or the one before it, which it replaces. Any other "
        "file of that name is left alone. To restore, stop the service and put the file in the "
        "place of the database, without the -wal and -shm beside it.",
    .options = options,
    .option_count = sizeof options / sizeof *options,
    .least = 1,
    .most = 1,
    .offer = OFFER_FILE,
    .run = run_backup,
};
