/* The words of the report in its languages, and how it writes values. */
#ifndef RUN_REPORT_TEXT_H
#define RUN_REPORT_TEXT_H

#include "../store/store.h"

typedef enum phrase {
  SAY_AS_OF,
  SAY_RUN,
  SAY_RECORDS,
  SAY_IN_SECONDS,
  SAY_GRADED,
  SAY_FAILED,
  SAY_REJECTED,
  SAY_DRY_RUN,
  SAY_RELATED_ROWS,
  SAY_OF_NOBODY,
  SAY_WITHOUT_KEY,
  SAY_CLASSES,
  SAY_LIMITS,
  SAY_CUSTOMERS,
  SAY_WITH_LIMIT,
  SAY_SUM,
  SAY_AVERAGE,
  SAY_TOTAL,
  SAY_NONE,
  SAY_FOLLOW_UPS,
  SAY_DUE,
  SAY_FIRST,
  SAY_NOBODY_DUE,
  SAY_ATTENTION,
  SAY_ALL_FINE,
  SAY_ALERTS,
  SAY_NO_ALERTS,
  SAY_CRITICAL, /* in the order of severity, the gravest first */
  SAY_WARNING,
  SAY_INFO,
  SAY_REFUSED,
  SAY_LINE,
  SAY_DECISIONS,
  SAY_FEW_DECISIONS,
  SAY_HIGHEST,
  SAY_NEEDS_ATTENTION,
  SAY_ORDINARY,
  SAY_ANOTHER,
  SAY_NO_REASONS,
  SAY_RULE_FAILED, /* from here to SAY_RULE: for assay show */
  SAY_MADE_OF,
  SAY_WAS_REJECTED,
  SAY_MORE,
  SAY_RULE,
  SAY_NEXT,
  SAY_NEXT_DB,
  SAY_NEXT_SHOW,
  SAY_NEXT_LIST,
  SAY_NEXT_REJECTS,
  SAY_NEXT_REPORT,
  SAY_NEXT_HELP,
  SAY_PHRASES
} phrase;

/* `language` "zh", else English. */
const char *say(const char *language, phrase p);

/* num / den with `digits` decimals and thousands separated: 3,000,000.00 */
void write_amount(buffer *out, int128 num, int128 den, int digits);
void write_count(buffer *out, int64_t n);
/* A value for people: thousands separated, a moment to the minute in the zone, nothing if missing.
 */
void write_value(buffer *out, const column *c, size_t row, zone z);
/* The text for a code as it stands in a decision ("DATA_MISSING:budget"): its own, else that of the
 * part before ':'. {value} in it is what stands behind ':' (which otherwise follows in brackets),
 * {name} the output of that name of the decision whose `outputs` these are; NULL: of no decision,
 * and what cannot be filled in is "…". Appends nothing and returns false if the pack has no text. */
bool write_reason(buffer *out, store_reader *r, const column *outputs, const char *code, size_t n,
                  const char *language);
/* The same from wherever the texts are kept. */
typedef struct reason_texts {
  const char *(*text)(void *ctx, const char *code, const char *language); /* or NULL */
  const char *(*output)(void *ctx, size_t i);                             /* its name */
  void *ctx;
  size_t output_count;
  const column *outputs; /* NULL = of no decision */
  size_t row;            /* of the outputs */
  zone zone;
} reason_texts;
bool write_reason_text(buffer *out, const reason_texts *t, const char *code, size_t n,
                       const char *language);
/* "critical", "warning" or "info" if the code (with or without its value) is an alert of the list, else
 * NULL. */
const char *alert_severity_of(const store_reader *r, const char *list, const char *code, size_t n);
/* The code of a reject or failed rule as packs name it: BAD_VALUE:unit_price, RAGGED, RULE_ERROR.
 * Only what the cast finds in a value has its field behind it. */
void write_outcome_code(buffer *out, const store_outcome *o);
/* Calls `each` for every code of a row of a CODES column. */
void each_code(const column *c, size_t row, void (*each)(void *ctx, const char *code, size_t n),
               void *ctx);

#endif
