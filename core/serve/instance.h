/* Who writes a database: a lock on the file beside it, FILE.lock, which the kernel lets go of however its
 * holder ends. A service holds it alone, runs of the command line share it. What the file says is
 * where a service can be reached; it is only believed while somebody holds the lock. */
#ifndef SERVE_INSTANCE_H
#define SERVE_INSTANCE_H

#include <stdbool.h>
#include <stdint.h>

#include "../base/error.h"
#include "../base/memory.h"

typedef struct instance instance;

typedef enum instance_kind { INSTANCE_RUN, INSTANCE_SERVICE } instance_kind;

/* A service that has the database. */
typedef struct instance_holder {
  int64_t pid;        /* 0: nobody, or runs of the command line */
  const char *socket; /* path of its UNIX socket; "" until it listens */
  const char *address;
} instance_holder;

/* Takes the lock at once or not at all. ERR_BUSY: somebody has it; *holder says who if it is a service
 * (texts in the arena). Two names of one file share its lock. */
error_code instance_take(const char *database, instance_kind kind, instance **out, arena *a,
                         instance_holder *holder, error *e);
/* A service says where it is. */
error_code instance_tell(instance *i, const char *socket, const char *address, error *e);
void instance_release(instance *i);

/* The path of a service's socket for the database: beside it, or under $XDG_RUNTIME_DIR or /tmp where that
 * would be too long for a socket. */
const char *instance_socket_path(arena *a, const char *database);

#endif
