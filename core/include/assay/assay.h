/* libassay, version 0: a company's rules in your own program.
 *
 *   assay_rules *rules;
 *   assay_error error = {sizeof error};
 *   char *answer;
 *   if (assay_load("rules/distributor-credit", NULL, &rules, &error)) …error.message…
 *   if (assay_evaluate(rules, record, strlen(record), NULL, &answer, NULL, &error)) …
 *   …answer is JSON…
 *   assay_text_free(answer);
 *   assay_rules_free(rules);
 *
 * Link with what `pkg-config --cflags --libs assay` says. Every function may be called from any thread, and
 * any number of threads may evaluate with the same rules at once; only what is freed must be in no one's
 * use, and a stream belongs to one thread at a time. The library starts no thread, takes no signal, changes
 * no locale, writes to no file and to neither standard output nor error. (Without memory it cannot go on:
 * it says so on standard error and aborts.)
 *
 * Functions return 0, or one of the codes below with the error filled (unless NULL): a complete sentence
 * for the person who can mend it. Structs begin with their size and only ever grow at their end; what is
 * exported keeps its meaning as long as the library is called libassay.so.0. Texts are UTF-8. */
#ifndef ASSAY_ASSAY_H
#define ASSAY_ASSAY_H

#include <stddef.h>
#include <stdint.h>
#include "arrow.h"

#ifdef __cplusplus
extern "C" {
#endif

#if defined(__GNUC__)
#define ASSAY_API __attribute__((visibility("default")))
#else
#define ASSAY_API
#endif

/* The exit codes of the program `assay` as well. */
enum {
  ASSAY_OK = 0,
  ASSAY_ERROR_USAGE = 2,     /* the question is wrong: no such field, no JSON, no such parameter */
  ASSAY_ERROR_RULES = 3,     /* the rules are wrong, or make no plan for this moment */
  ASSAY_ERROR_SOURCE = 4,    /* the Arrow stream is faulty, or failed */
  ASSAY_ERROR_STORE = 5,     /* the database cannot be read */
  ASSAY_ERROR_NOT_FOUND = 7, /* totals over all customers that no run has worked out yet */
  ASSAY_ERROR_INTERNAL = 70
};

typedef struct assay_error {
  size_t struct_size; /* sizeof(assay_error), set by the caller: assay_error e = {sizeof e} */
  int32_t code;
  char message[1536]; /* may have several lines */
} assay_error;

/* A rule pack, loaded. */
typedef struct assay_rules assay_rules;

/* "0.1.0" */
ASSAY_API const char *assay_version(void);

/* Loads a pack. `folder` is that of company.lua, or the name of a pack below ./rules or the installed
 * ones. `database` is the SQLite file in which `assay run` publishes, for totals over all customers and
 * for previous values; it is only read, may come later, and NULL does without. */
ASSAY_API int assay_load(const char *folder, const char *database, assay_rules **out,
                         assay_error *error);
ASSAY_API void assay_rules_free(assay_rules *rules); /* NULL is fine */

/* Name, title and content hash of the pack; they live as long as the rules. */
ASSAY_API const char *assay_rules_name(const assay_rules *rules);
ASSAY_API const char *assay_rules_title(const assay_rules *rules);
ASSAY_API const char *assay_rules_hash(const assay_rules *rules);

#define ASSAY_EXPLAIN 1u /* each decision with the tree from the record to the outcome */
#define ASSAY_KNOWN 2u   /* previous("x") is what the database has of the record's key */

/* How to evaluate; NULL means: now, by the defaults of the parameters, in English. */
typedef struct assay_options {
  size_t struct_size;        /* sizeof(assay_options) */
  uint32_t flags;            /* ASSAY_EXPLAIN, ASSAY_KNOWN */
  const char *as_of;         /* "2025-09-26T15:00:00+08:00"; NULL: the current minute */
  const char *language;      /* of the reasons: "en" (NULL), "zh" */
  const char *const *params; /* param_count pairs: name, value, name, value … */
  size_t param_count;
} assay_options;

/* Evaluates one record, a JSON object with its fields by name, or an array of records. Money and other
 * decimals are exact, as numbers or as texts; lists are arrays of objects; null, "" and what is not named
 * are missing; "previous": {…} has outputs as they were last published. The answer is an object; of an
 * array, what is said of each record stands in its "decisions", in order:
 *
 *   {"pack": …, "pack_hash": …, "as_of": …, "run": …, "key": …,
 *    "status": "graded" | "rejected" (the record is refused) | "error" (a rule failed),
 *    "outputs": {…}, "reasons": [{"list", "code", "text", "severity" of an alert}],
 *    "outcomes": [{"kind", "code", "field", "rule", "file", "line", "value", "message"}],
 *    "explanation": {…}}
 *
 * A record that is refused is an answer, not an error. `size` may be NULL; the answer ends with a NUL and
 * is freed with assay_text_free. */
ASSAY_API int assay_evaluate(assay_rules *rules, const char *record, size_t record_size,
                             const assay_options *options, char **answer, size_t *size,
                             assay_error *error);

/* Why one record (an object) comes out as it does, as a page for people: `format` "text" or "html", or
 * "json" for the tree alone. */
ASSAY_API int assay_explain(assay_rules *rules, const char *record, size_t record_size,
                            const assay_options *options, const char *format, char **page,
                            size_t *size, assay_error *error);

ASSAY_API void assay_text_free(char *text); /* NULL is fine */

/* Evaluates a stream of records as a stream of decisions, batch by batch as it is read. `in` is moved:
 * it belongs to `out` from here on, also when this fails. Its columns are the pack's fields by their
 * names in the source, in any type that holds their values, lists of structs for lists; what is no field
 * is passed over. `rules` must outlive `out`.
 *
 * The columns of `out`: the key's own name, utf8; "status" as above, utf8; each output (choices, texts:
 * utf8; integers: int64; money and decimals: decimal128; booleans: bool; dates: date32; moments:
 * timestamp[s, UTC]; measured numbers: float64; reason codes: list of utf8), null for a record that was
 * refused or failed; and then "problem_code", "problem_field", "problem_message", utf8, for those alone.
 * One row for each record, in order.
 *
 * ASSAY_EXPLAIN has no meaning here. Records are not compared with each other: a duplicate key is none. */
ASSAY_API int assay_evaluate_stream(assay_rules *rules, struct ArrowArrayStream *in,
                                    const assay_options *options, struct ArrowArrayStream *out,
                                    assay_error *error);

#ifdef __cplusplus
}
#endif
#endif
