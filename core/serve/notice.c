/* See notice.h. */
#include "notice.h"

#include <string.h>

#include "../base/duration.h"
#include "../base/text.h"

static const char *const weights[] = {"info", "warning", "critical"};

static int64_t alerts_in_all(const notice *n, alert_severity least) {
  int64_t count = 0;
  for (size_t i = 0; i < n->alert_count; i++)
    if (n->alerts[i].weight >= least) count += n->alerts[i].count;
  return count;
}

static void add_moment(buffer *out, int64_t at, zone z) {
  char text[32];
  buffer_add(out, text, moment_write(text, at, z));
}

/* ---- JSON ---- */

static void json_text(buffer *out, const char *name, const char *value) {
  if (!value) return;
  buffer_format(out, ",\"%s\":", name);
  text_json(out, value, strlen(value));
}

static void json_number(buffer *out, const char *name, int64_t value) {
  buffer_format(out, ",\"%s\":%lld", name, (long long)value);
}

static void json_moment(buffer *out, const char *name, int64_t at, zone z) {
  buffer_format(out, ",\"%s\":\"", name);
  add_moment(out, at, z);
  buffer_char(out, '"');
}

static void json_alert(buffer *out, const notice_alert *a) {
  buffer_text(out, "{\"code\":");
  text_json(out, a->code, strlen(a->code));
  json_text(out, "severity", weights[a->weight]);
  json_text(out, "text", a->text);
  json_text(out, "text_zh", a->text_zh);
  json_number(out, "count", a->count);
  buffer_text(out, ",\"customers\":[");
  for (size_t i = 0; i < a->customer_count; i++) {
    if (i) buffer_char(out, ',');
    text_json(out, a->customers[i], strlen(a->customers[i]));
  }
  buffer_text(out, "]}");
}

static void json_alerts(buffer *out, const notice *n, alert_severity least) {
  bool any = false;
  buffer_text(out, ",\"alerts\":[");
  for (size_t i = 0; i < n->alert_count; i++) {
    if (n->alerts[i].weight < least) continue;
    if (any) buffer_char(out, ',');
    json_alert(out, &n->alerts[i]);
    any = true;
  }
  buffer_char(out, ']');
}

void notice_json(buffer *out, const notice *n, const char *id, const notice_count *c,
                 alert_severity least) {
  buffer_text(out, "{\"id\":");
  text_json(out, id, strlen(id));
  json_text(out, "event", notify_event_names[n->event]);
  buffer_format(out, ",\"over\":%s", n->over ? "true" : "false");
  json_text(out, "pack", n->pack);
  json_text(out, "company", n->title);
  json_text(out, "schedule", n->schedule);
  if (n->run) json_number(out, "run", n->run);
  json_moment(out, "at", n->at, n->zone);
  json_moment(out, "since", c->since, n->zone);
  json_number(out, "times", c->times);
  json_text(out, "message", n->message);
  if (n->event == NOTIFY_RUN_LATE) json_number(out, "late_seconds", n->late);
  if (n->event == NOTIFY_REJECTS || n->event == NOTIFY_ALERTS) {
    json_number(out, "records", n->records);
    json_number(out, "rejected", n->rejected);
  }
  if (n->event == NOTIFY_ALERTS) json_alerts(out, n, least);
  buffer_char(out, '}');
}

/* ---- words ---- */

/* %p the company, %n a number, %t a span of time. */
static const char *const subjects[NOTIFY_EVENTS][2][2] = {
    [NOTIFY_RUN_FAILED] = {{"%p: the run failed", "%p：运行失败"},
                           {"%p: runs succeed again", "%p：运行已恢复正常"}},
    [NOTIFY_RUN_LATE] = {{"%p: the run is %t late", "%p：运行已延迟 %t"},
                         {"%p: the run has caught up", "%p：运行已赶上计划"}},
    [NOTIFY_ALERTS] = {{"%p: %n alerts", "%p：%n 条警报"}, {"%p: no alerts", "%p：无警报"}},
    [NOTIFY_REJECTS] = {{"%p: %n records were refused", "%p：%n 条记录被拒绝"},
                        {"%p: few records are refused again", "%p：被拒绝的记录已恢复正常"}},
    [NOTIFY_PACK_BROKEN] = {{"%p: the changed rules cannot be loaded; the old ones stay in use",
                             "%p：修改后的规则无法加载，继续使用原有规则"},
                            {"%p: the rules can be loaded again", "%p：规则已可正常加载"}}};

static bool is_zh(const char *language) {
  return strcmp(language, "zh") == 0;
}

static const char *company(const notice *n, const char *language) {
  return is_zh(language) && n->title_zh ? n->title_zh : n->title ? n->title : n->pack;
}

void notice_subject(buffer *out, const notice *n, const char *language, alert_severity least) {
  const int64_t number = n->event == NOTIFY_ALERTS ? alerts_in_all(n, least) : n->rejected;
  char span[40];
  for (const char *c = subjects[n->event][n->over][is_zh(language)]; *c; c++) {
    if (*c != '%')
      buffer_char(out, *c);
    else if (*++c == 'p')
      buffer_text(out, company(n, language));
    else if (*c == 'n')
      buffer_format(out, "%lld", (long long)number);
    else
      buffer_add(out, span, span_write(span, n->late > 0 ? n->late : 1));
  }
  buffer_text(out, "");
}

typedef struct line {
  const char *en, *zh;
} line;

static void head(buffer *out, const line *l, bool zh) {
  buffer_text(out, zh ? l->zh : l->en);
  buffer_text(out, zh ? "：" : ": ");
}

static void text_line(buffer *out, const line *l, bool zh, const char *value) {
  if (!value) return;
  head(out, l, zh);
  buffer_text(out, value);
  buffer_char(out, '\n');
}

static void number_line(buffer *out, const line *l, bool zh, int64_t value) {
  head(out, l, zh);
  buffer_format(out, "%lld\n", (long long)value);
}

static void moment_line(buffer *out, const line *l, bool zh, int64_t at, zone z) {
  head(out, l, zh);
  add_moment(out, at, z);
  buffer_char(out, '\n');
}

static void alert_lines(buffer *out, const notice *n, bool zh, alert_severity least) {
  for (size_t i = 0; i < n->alert_count; i++) {
    const notice_alert *a = &n->alerts[i];
    const char *text = zh && a->text_zh ? a->text_zh : a->text;
    if (a->weight < least) continue;
    buffer_format(out, "\n%s (%s) × %lld", a->code, weights[a->weight], (long long)a->count);
    if (text) buffer_format(out, ": %s", text);
    buffer_text(out, "\n   ");
    for (size_t k = 0; k < a->customer_count; k++)
      buffer_format(out, "%s%s", k ? ", " : " ", a->customers[k]);
    if (a->count > (int64_t)a->customer_count) buffer_text(out, " …");
    buffer_char(out, '\n');
  }
}

void notice_text(buffer *out, const notice *n, const char *language, const notice_count *c,
                 alert_severity least) {
  static const line of_pack = {"Pack", "规则包"}, schedule = {"Schedule", "计划"},
                    run = {"Run", "运行"}, at = {"At", "时间"}, since = {"Since", "开始于"},
                    times = {"Times", "次数"}, records = {"Records", "记录数"},
                    rejected = {"Refused", "被拒绝"};
  const bool zh = is_zh(language);
  notice_subject(out, n, language, least);
  buffer_text(out, "\n\n");
  text_line(out, &of_pack, zh, n->pack);
  text_line(out, &schedule, zh, n->schedule);
  if (n->run) number_line(out, &run, zh, n->run);
  moment_line(out, &at, zh, n->at, n->zone);
  if (c->times > 1) {
    moment_line(out, &since, zh, c->since, n->zone);
    number_line(out, &times, zh, c->times);
  }
  if (n->records) number_line(out, &records, zh, n->records);
  if (n->rejected) number_line(out, &rejected, zh, n->rejected);
  if (n->message) buffer_format(out, "\n%s\n", n->message);
  alert_lines(out, n, zh, least);
}
