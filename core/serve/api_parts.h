/* Inside the API: what its files share. */
#ifndef SERVE_API_PARTS_H
#define SERVE_API_PARTS_H

#include "../base/json.h"
#include "../base/text.h"
#include "api.h"

struct api {
  api_options o;
};

/* One request on its way. */
typedef struct api_call {
  api *api;
  http_request *request;
  http_answer *answer;
  guest guest;
  const char *pack; /* of the path, or NULL */
  arena *arena;     /* the request's */
} api_call;

typedef void api_handler(api_call *c);

typedef struct route {
  const char *method;
  const char
      *pattern;   /* "/v1/packs/{pack}/decisions/{}"; {pack} is checked against the guest's packs */
  unsigned scope; /* 0: anybody, without a token */
  bool later;     /* by a worker: it reads the store, or takes its time */
  api_handler *handle;
} route;

/* ---- answers ---- */

/* A problem: `title` is the same for all of its kind, `detail` says what to do. Takes what was written before
 * back. `of`: the field; NULL: none. */
void problem(api_call *c, int status, const char *kind, const char *title, const char *of,
             const char *format, ...) __attribute__((format(printf, 6, 7)));
/* By the code of an error: 404, 409, 422, 500, 503. */
void problem_of(api_call *c, const error *e);

/* ---- JSON into the answer's body ---- */

buffer *body(api_call *c);
void write_moment(buffer *b, int64_t seconds); /* UTC, "2025-09-26T07:00:00Z"; null for 0 */

/* ---- who asks ---- */

/* Of all packs: a token that is bound to some gets a problem. */
bool guest_of_all(api_call *c);

/* ---- reading requests ---- */

/* A whole number of the query between the bounds; false: a problem was answered. */
bool query_number(api_call *c, const char *name, int64_t least, int64_t most, int64_t preset,
                  int64_t *out);
/* A text, a number as it was written, true or false; NULL: something else. */
const char *scalar_text(const json *v);
/* Members of a body. All of these answer a problem with the title and false if the value will not do. */
typedef struct api_reading {
  api_call *call;
  const char *title; /* "The order is wrong" */
} api_reading;
bool read_wrong(const api_reading *r, const char *name, const char *wanted); /* false */
bool read_unknown(const api_reading *r, const char *name, const char *const *known, size_t count);
bool read_moment(const api_reading *r, const json *v, int64_t *out);
bool read_flag(const api_reading *r, const json *v, bool *out);
bool read_params(const api_reading *r, const json *v, const param_value **out, size_t *count);
/* "en" or "zh": ?lang, else Accept-Language, else English. */
const char *call_language(const api_call *c);
/* "7" of the path's part of the number; false: a problem was answered. */
bool path_number(api_call *c, size_t segment, int64_t *out);
/* Sets the ETag; true: the client has it already, 304 was answered and nothing is to be written. */
bool answer_known(api_call *c, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* The routes of each file; the last has no handler. */
extern const route api_system_routes[], api_pack_routes[], api_run_routes[], api_token_routes[],
    api_decision_routes[], api_evaluate_routes[];

#endif
