/* What the service tells its operator: one line an event on standard error, as text that people read or as
 * JSON, with the priority before it where the journal reads.
 *
 * A line is valid UTF-8 without control characters, whatever came from outside; a secret is never in one;
 * and what repeats itself is counted, not repeated. */
#ifndef SERVE_LOG_H
#define SERVE_LOG_H

#include <stdbool.h>
#include <stdint.h>

#include "../base/memory.h"

typedef struct logger logger;

/* The numbers are those of syslog and the journal. */
typedef enum log_level {
  LEVEL_ERROR = 3,   /* somebody must do something */
  LEVEL_WARNING = 4, /* somebody should look */
  LEVEL_NOTICE = 5,  /* started, stopped, reloaded */
  LEVEL_INFO = 6,    /* a run ended */
  LEVEL_DEBUG = 7    /* each request */
} log_level;

typedef enum log_form { LOG_FORM_TEXT, LOG_FORM_JSON } log_form;

typedef struct log_options {
  int file; /* 2 */
  log_form form;
  log_level least;           /* what is less urgent (a greater number) is left out */
  bool journal;              /* "<6>" before each line, and no time: the journal has one */
  unsigned repeats;          /* of the same line within `window`, then it is only counted; 0 = 3 */
  unsigned most;             /* lines of one event within `window`; 0 = 1,000 */
  unsigned window;           /* seconds; 0 = 30 */
  int64_t (*now)(void *ctx); /* UTC milliseconds; NULL = the system's clock */
  void *ctx;
} log_options;

typedef enum log_kind {
  LOG_KIND_TEXT,
  LOG_KIND_INTEGER,
  LOG_KIND_NUMBER,
  LOG_KIND_FLAG,
  LOG_KIND_SECRET
} log_kind;

typedef struct log_field {
  const char *name; /* lower case, '_' between words; NULL = left out */
  log_kind kind;
  const char *text; /* NULL: the field is left out */
  int64_t integer;
  double number;
} log_field;

#define LOG_TEXT(field, value) ((log_field){.name = (field), .text = (value)})
#define LOG_INTEGER(field, value)                                                                  \
  ((log_field){.name = (field), .kind = LOG_KIND_INTEGER, .integer = (value)})
#define LOG_NUMBER(field, value)                                                                   \
  ((log_field){.name = (field), .kind = LOG_KIND_NUMBER, .number = (value)})
#define LOG_FLAG(field, value)                                                                     \
  ((log_field){.name = (field), .kind = LOG_KIND_FLAG, .integer = (value)})
/* Shown as ***, or left out if NULL: whether it was there is all that is told. */
#define LOG_SECRET(field, value)                                                                   \
  ((log_field){.name = (field), .kind = LOG_KIND_SECRET, .text = (value) ? "***" : NULL})

logger *log_new(const log_options *o);
void log_free(logger *l); /* tells what was only counted */

/* Any thread. `event` is a literal in plain words ("run published"); what differs goes into fields. `l` NULL:
 * nothing happens. */
void log_write(logger *l, log_level level, const char *event, const log_field *fields,
               size_t count);
#define log_event(l, level, event, ...)                                                            \
  log_write((l), (level), (event), (const log_field[]){{0}, ##__VA_ARGS__},                        \
            sizeof((const log_field[]){{0}, ##__VA_ARGS__}) / sizeof(log_field))
/* Tells what was only counted in windows that are over. From a timer. */
void log_sweep(logger *l);

/* Whether the file is the stream to the journal that $JOURNAL_STREAM names ("DEVICE:INODE"; may be NULL). */
bool log_is_journal(int file, const char *journal_stream);
/* "error", "warning", "notice", "info", "debug". False: none of them. */
bool log_level_parse(const char *word, log_level *out);
const char *log_level_name(log_level level);

#endif
