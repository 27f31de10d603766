/* Something that somebody wants to be told, in words and as JSON. */
#ifndef SERVE_NOTICE_H
#define SERVE_NOTICE_H

#include "../base/date.h"
#include "../lang/notify.h"

/* An alert of a watch list, over all customers that have it in the run. */
typedef struct notice_alert {
  const char *code, *text, *text_zh; /* texts may be NULL */
  alert_severity weight;
  int64_t count;
  size_t customer_count; /* the first of them, by key */
  const char *const *customers;
} notice_alert;

typedef struct notice {
  notify_event event;
  bool over;                           /* it is well again: a run was published, the pack loads */
  const char *pack, *title, *title_zh; /* title_zh may be NULL */
  const char *schedule;                /* NULL: none */
  int64_t run;                         /* 0: none */
  int64_t at;                          /* UTC seconds */
  zone zone;
  const char *message; /* what is wrong, as for the operator; NULL: nothing more to say */
  int64_t late;        /* seconds behind its due time */
  int64_t records, rejected;
  size_t alert_count;
  const notice_alert *alerts;
} notice;

/* Which notice of the same event this is. */
typedef struct notice_count {
  int64_t since; /* UTC seconds */
  int64_t times;
} notice_count;

/* {"id":...,"event":"run_failed","over":false,"pack":...}; alerts less urgent than `least` left out. */
void notice_json(buffer *out, const notice *n, const char *id, const notice_count *c,
                 alert_severity least);
/* One line, and some paragraphs, in "en" or "zh". */
void notice_subject(buffer *out, const notice *n, const char *language, alert_severity least);
void notice_text(buffer *out, const notice *n, const char *language, const notice_count *c,
                 alert_severity least);

#endif
