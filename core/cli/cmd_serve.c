/* assay serve: the service. */
#include <stdlib.h>
#include <string.h>

#include "../serve/daemon.h"
#include "cli.h"

static const option options[] = {
    {"rules", "DIR", OFFER_FOLDER, NULL, false,
     "the folder whose folders are the packs to be served; by default rules"},
    CLI_OPTION_DB,
    {"listen", "ADDRESS:PORT", OFFER_NOTHING, NULL, true,
     "where the API is reached, by default 127.0.0.1:8088; other machines need --certificate"},
    {"certificate", "FILE", OFFER_FILE, NULL, false, "of the API, in PEM form, with --key"},
    {"key", "FILE", OFFER_FILE, NULL, false, "the private key of the certificate, in PEM form"},
    {"insecure-behind-proxy", NULL, OFFER_NOTHING, NULL, false,
     "listen for other machines without TLS: only behind a proxy that does it"},
    {"runs", "N", OFFER_NOTHING, NULL, false, "runs at once, of different packs; by default 2"},
    {"threads", "N", OFFER_NOTHING, NULL, false, "threads of each run; by default by the CPUs"},
    {"workers", "N", OFFER_NOTHING, NULL, false,
     "threads that answer what takes its time; by default 4"},
    {"connections", "N", OFFER_NOTHING, NULL, false, "at most, at once; by default 12000"},
    {"rate", "N", OFFER_NOTHING, NULL, false,
     "requests a second of one token, in the long run; by default 0: as many as it likes"},
    {"body", "BYTES", OFFER_NOTHING, NULL, false, "of one request, at most; by default 4000000"},
    {"stop-within", "SECONDS", OFFER_NOTHING, NULL, false,
     "how long a stop waits for runs to end before it gives them up; by default 30"},
    {"without-tests", NULL, OFFER_NOTHING, NULL, false,
     "serve packs though their tests do not hold"},
    {"log", "text|json", OFFER_WORDS, "text|json", false, "the form of the log; by default text"},
    {"log-level", "LEVEL", OFFER_WORDS, "error|warning|notice|info|debug", false,
     "the least urgent lines that are told; by default info, debug is each request"},
    CLI_OPTION_PLUGINS,
};

static error_code read_number(const arguments *a, const char *name, long long least, long long most,
                              long long preset, unsigned *out, error *e) {
  long long value;
  error_code code = arguments_number(a, name, least, most, preset, &value, e);
  if (!code) *out = (unsigned)value;
  return code;
}

static error_code read_numbers(const arguments *a, daemon_options *o, error *e) {
  unsigned body = 0;
  error_code code = read_number(a, "runs", 1, 64, 2, &o->runs, e);
  if (!code) code = read_number(a, "threads", 1, 64, 0, &o->threads, e);
  if (!code) code = read_number(a, "workers", 1, 64, 4, &o->workers, e);
  if (!code) code = read_number(a, "connections", 8, 1000000, 12000, &o->connections, e);
  if (!code) code = read_number(a, "rate", 0, 1000000, 0, &o->rate, e);
  if (!code) code = read_number(a, "body", 1000, 1000000000, 4000000, &body, e);
  if (!code) code = read_number(a, "stop-within", 0, 86400, 30, &o->stop_within, e);
  o->body_most = body;
  return code;
}

static error_code read_listen(const arguments *a, daemon_options *o, error *e) {
  for (size_t i = 0; i < a->count; i++) {
    if (strcmp(a->items[i].option->name, "listen") != 0) continue;
    if (o->listen_count == DAEMON_LISTENERS)
      return error_set(e, ERR_USAGE, "--listen: at most %d addresses", DAEMON_LISTENERS);
    o->listen[o->listen_count++] = a->items[i].value;
  }
  if (!o->certificate == !o->key) return ERR_OK;
  return error_set(e, ERR_USAGE, "--certificate and --key belong together: give both");
}

static error_code run_serve(cli *c, const arguments *a, error *e) {
  const char *level = arguments_value(a, "log-level"), *form = arguments_value(a, "log");
  const char *rules = arguments_value(a, "rules");
  daemon_options o = {.rules = rules ? rules : "rules",
                      .database = cli_database(a),
                      .certificate = arguments_value(a, "certificate"),
                      .key = arguments_value(a, "key"),
                      .behind_proxy = arguments_flag(a, "insecure-behind-proxy"),
                      .without_tests = arguments_flag(a, "without-tests"),
                      .log_form = form && !strcmp(form, "json") ? LOG_FORM_JSON : LOG_FORM_TEXT,
                      .log_least = LEVEL_INFO};
  if (level) log_level_parse(level, &o.log_least);
  o.plugin_folder_count = cli_plugin_folders(c, a, &o.plugin_folders);
  error_code code = read_numbers(a, &o, e);
  if (!code) code = read_listen(a, &o, e);
  return code ? code : daemon_run(&o, e);
}

const command command_serve = {
    .name = "serve",
    .arguments = "",
    .summary = "runs as a service: the packs of a folder, with an HTTP API",
    .description =
        "Serves every pack of the rules folder until it is stopped (SIGTERM, SIGINT): answers "
        "single questions, starts runs, and shows what was decided, by HTTP. A pack that changed "
        "is loaded aside, checked and tested, and only then takes the place of the one before; "
        "SIGHUP looks at all packs again. One service a database; while it runs, `assay run` "
        "hands its runs to it.\n"
        "The API asks for a token (`assay token new`), but for the owner of the database on this "
        "machine, through a socket beside it. GET /openapi.json describes it.",
    .options = options,
    .option_count = sizeof options / sizeof *options,
    .least = 0,
    .most = 0,
    .run = run_serve,
};
