/* Where the API is reached: addresses of the command line, sockets of the service manager, and always a
 * UNIX socket beside the database, for its owner. */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "../base/file.h"
#include "daemon_parts.h"

#define USUAL_ADDRESS "127.0.0.1:8088"
#define PEM_MOST ((size_t)1 << 20)
#define PATIENCE 30
#define WAITING 256

static http_options options_of(struct daemon *d, int socket, bool trusted) {
  const daemon_options *o = d->o;
  return (http_options){.socket = socket,
                        .trusted = trusted,
                        .threads = trusted ? 1 : 2,
                        .workers = trusted ? 2 : o->workers,
                        .waiting = WAITING,
                        .connections = trusted ? 64 : o->connections,
                        .body_most = o->body_most,
                        .patience = PATIENCE,
                        .begin = api_begin,
                        .handle = api_handle,
                        .refuse = api_refuse,
                        .done = api_done,
                        .ctx = d->api};
}

static error_code serve_socket(struct daemon *d, int socket, bool trusted, const char *certificate,
                               const char *key, error *e) {
  http_options o = options_of(d, socket, trusted);
  o.certificate = certificate;
  o.key = key;
  error_code code = http_start(&o, &d->servers[d->server_count], e);
  if (!code) d->server_count++;
  return code;
}

static error_code read_pem(struct daemon *d, const char *path, const char *option, const char **out,
                           error *e) {
  size_t size;
  *out = file_read(&d->texts, path, PEM_MOST, &size);
  return *out ? ERR_OK : error_set(e, ERR_USAGE, "%s: %s cannot be read", option, path);
}

static error_code refuse_open(const char *address, error *e) {
  return error_set(e, ERR_USAGE,
                   "%s is reached by other machines, and without TLS anybody between could read "
                   "tokens and decisions: give --certificate and --key, or, behind a proxy that "
                   "does TLS, --insecure-behind-proxy",
                   address);
}

static error_code open_door(struct daemon *d, int socket, const char *certificate, const char *key,
                            error *e) {
  const char *address = http_address(&d->texts, socket, key != NULL);
  if (!key && !d->o->behind_proxy && !http_is_loopback(socket)) {
    close(socket);
    return refuse_open(address, e);
  }
  error_code code = serve_socket(d, socket, false, certificate, key, e);
  if (!code) log_event(d->log, LEVEL_NOTICE, "listening", LOG_TEXT("address", address));
  return code;
}

static error_code open_listed(struct daemon *d, const char *certificate, const char *key,
                              const char **first, error *e) {
  const daemon_options *o = d->o;
  error_code code = ERR_OK;
  for (size_t i = 0; i < o->listen_count && !code; i++) {
    int socket;
    code = http_listen(o->listen[i], &socket, e);
    if (!code && !*first) *first = http_address(&d->texts, socket, key != NULL);
    if (!code) code = open_door(d, socket, certificate, key, e);
  }
  return code;
}

/* Sockets that the manager opened take the place of the usual address. */
static error_code open_inherited(struct daemon *d, const char *certificate, const char *key,
                                 bool *any, const char **first, error *e) {
  error_code code = ERR_OK;
  for (size_t i = 0; i < d->manager.socket_count && !code; i++) {
    supervisor_socket *s = &d->manager.sockets[i];
    if (!s->listens || s->file < 0) continue;
    if (d->server_count == DAEMON_LISTENERS) break;
    int socket = supervisor_take_socket(&d->manager, s->name);
    if (socket < 0) continue;
    *any = true;
    if (!*first) *first = http_address(&d->texts, socket, key != NULL);
    code = open_door(d, socket, certificate, key, e);
  }
  return code;
}

static error_code open_owners(struct daemon *d, error *e) {
  int socket;
  d->socket = instance_socket_path(&d->texts, d->o->database);
  error_code code = http_listen(arena_format(&d->texts, "unix:%s", d->socket), &socket, e);
  return code ? code : serve_socket(d, socket, true, NULL, NULL, e);
}

error_code daemon_open_doors(struct daemon *d, error *e) {
  const daemon_options *o = d->o;
  const char *certificate = NULL, *key = NULL, *first = NULL;
  bool inherited = false;
  error_code code = ERR_OK;
  if (o->certificate) code = read_pem(d, o->certificate, "--certificate", &certificate, e);
  if (!code && o->key) code = read_pem(d, o->key, "--key", &key, e);
  if (!code) code = open_inherited(d, certificate, key, &inherited, &first, e);
  if (!code) code = open_listed(d, certificate, key, &first, e);
  if (!code && !inherited && !o->listen_count) {
    daemon_options usual = *o;
    usual.listen[0] = USUAL_ADDRESS;
    usual.listen_count = 1;
    d->o = &usual;
    code = open_listed(d, certificate, key, &first, e);
    d->o = o;
  }
  if (!code) code = open_owners(d, e);
  return code ? code : instance_tell(d->instance, d->socket, first ? first : "", e);
}
