/* Asking the service that has a database, by the UNIX socket of its owner. */
#ifndef SERVE_CLIENT_H
#define SERVE_CLIENT_H

#include "../base/error.h"
#include "../base/memory.h"

/* `method` and `path` as in HTTP; `body` NULL = none. The answer's body is appended; its status is 2xx. Else the
 * error is what the service said (404 ERR_NOT_FOUND, 409 ERR_BUSY, 422 ERR_PACK, 400 ERR_USAGE), or
 * ERR_BUSY if it does not answer. */
error_code client_ask(const char *socket, const char *method, const char *path, const char *body,
                      buffer *answer, error *e);
/* A part of a path, escaped, in the arena. */
const char *client_escape(arena *a, const char *part);

#endif
