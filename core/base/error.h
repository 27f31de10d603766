/* Errors: who must mend what. A function that can fail returns a code (0 = fine) and fills an error
 * that its caller owns; findings collect several of them for one pack. */
#ifndef BASE_ERROR_H
#define BASE_ERROR_H

#include <stdarg.h>
#include <stddef.h>

/* The codes are the exit codes of the program, so that an error keeps its meaning to the end. */
#define ERROR_CODES(X)                                                                             \
  X(OK, 0, "ok")                                                                                   \
  X(REJECTS, 1, "published, with rejects or rule errors")                                          \
  X(USAGE, 2, "the command line is wrong")                                                         \
  X(PACK, 3, "the rule pack is wrong")                                                             \
  X(SOURCE, 4, "the data source failed")                                                           \
  X(STORE, 5, "the store failed")                                                                  \
  X(GUARD, 6, "stopped by a guard, nothing published")                                             \
  X(NOT_FOUND, 7, "no such customer, pack or run")                                                 \
  X(BUSY, 8, "the database is busy")                                                               \
  X(INTERNAL, 70, "a fault of assay itself, or no memory")                                         \
  X(INTERRUPTED, 130, "interrupted")                                                               \
  X(TERMINATED, 143, "terminated")

typedef enum error_code {
#define X(name, value, text) ERR_##name = value,
  ERROR_CODES(X)
#undef X
} error_code;

typedef struct error {
  error_code code;
  char message[1536]; /* complete: names file, line, field ...; may have several lines */
} error;

/* Sets the error (if not NULL) and returns the code, so that `return error_set(e, ERR_X, ...)`. */
error_code error_set(error *e, error_code code, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* The sentence for a code ("the rule pack is wrong"). */
const char *error_text(error_code code);

typedef enum severity { SEVERITY_WARNING, SEVERITY_ERROR } severity;

typedef struct finding {
  severity severity;
  const char *id; /* what kind it is, for waivers and for programs: "masked-row"; a literal */
  char *file;     /* as the reader knows it, for instance rules/acme/credit.lua; NULL if none */
  int line;       /* 1-based; 0 = unknown */
  char *message;  /* what is wrong, the offending text, what was expected, "did you mean" */
  char *witness;  /* a record that shows it, or NULL */
  char *fix;      /* what to do about it where the message does not say, or NULL */
  char *waived;   /* why it may stand as it is; NULL = it is not waived */
} finding;

/* The id of a finding that was given none: mostly mistakes, which cannot be waived. */
#define FINDING_PLAIN "mistake"

typedef struct findings {
  finding *items;
  size_t count, capacity, errors, waived;
} findings;

void findings_add(findings *list, severity severity, const char *file, int line, const char *format,
                  ...) __attribute__((format(printf, 5, 6)));
/* Names the finding that was added last; witness and fix may be NULL. */
void findings_detail(findings *list, const char *id, const char *witness, const char *fix);
void findings_deinit(findings *list);
/* Those from number `from` on by file, then by line; equal ones keep their order. */
void findings_sort(findings *list, size_t from);
/* The warnings that are not waived. */
size_t findings_warnings(const findings *list);
/* Marks a warning as waived for a reason. */
void findings_waive(findings *list, size_t number, const char *because);
/* Takes one out of the list; the others keep their order. */
void findings_remove(findings *list, size_t number);
/* Folds all findings but the waived into one error: "file:line: error: message" lines, then the count. */
error_code findings_to_error(const findings *list, error *e, error_code code);

#endif
