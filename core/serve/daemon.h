/* The service: one process on one database, from its start to its end. It puts the parts together: the
 * packs that are served, the runs, the API, the log and the metrics; and does nothing of their work.
 *
 * The loop of the calling thread only waits and hands on. Whatever reads a file, a store or a rule does so
 * in another thread. */
#ifndef SERVE_DAEMON_H
#define SERVE_DAEMON_H

#include "../base/error.h"
#include "log.h"

#define DAEMON_LISTENERS 8

typedef struct daemon_options {
  const char *rules, *database;
  const char
      *listen[DAEMON_LISTENERS]; /* addresses; none = 127.0.0.1:8088, or the manager's sockets */
  size_t listen_count;
  const char *certificate, *key; /* files in PEM form; both or none */
  bool behind_proxy;             /* others than this machine are served without TLS */
  const char *const *plugin_folders;
  size_t plugin_folder_count;
  unsigned runs;    /* at once */
  unsigned threads; /* of each run; 0 = by the CPUs */
  unsigned workers; /* for what the API answers later; 0 = 4 */
  unsigned connections, rate;
  size_t body_most;
  unsigned stop_within; /* seconds that a stop waits for runs and answers */
  bool without_tests;   /* packs are served though their tests fail */
  log_form log_form;
  log_level log_least;
} daemon_options;

/* Serves until SIGTERM or SIGINT. ERR_BUSY: another process has the database, or the address. */
error_code daemon_run(const daemon_options *o, error *e);

#endif
