/* The HTTP API: which request means what, who may make it, and answers as JSON, errors as
 * application/problem+json (RFC 9457) that name what is wrong. What it serves is described in
 * openapi.json, which it serves as well. */
#ifndef SERVE_API_H
#define SERVE_API_H

#include "guest.h"
#include "http.h"
#include "jobs.h"
#include "log.h"
#include "meters.h"
#include "shelf.h"

typedef struct api api;

typedef struct api_options {
  shelf *shelf;
  jobs *jobs;
  guests *guests;
  meters *meters;
  logger *log;
  const char *database;
  const char *version;
  int64_t (*now)(void *ctx); /* UTC seconds */
  /* Asks for every pack to be looked at again. */
  void (*reload)(void *ctx);
  bool (*ready)(void *ctx, const char **why); /* false: not now, and why */
  void *ctx;
} api_options;

api *api_new(const api_options *o);
void api_free(api *a); /* after the servers have stopped */

/* The callbacks of http_options, with the api as their ctx. */
bool api_begin(void *ctx, http_request *r, http_answer *answer);
void api_handle(void *ctx, http_request *r, http_answer *answer);
void api_done(void *ctx, const http_done *d);
void api_refuse(void *ctx, http_request *r, int status, const char *why, http_answer *answer);

#endif
