/* The words of the report. */
#include "report_text.h"

#include <ctype.h>
#include <string.h>

#include "../base/text.h"

static const char *const phrases[SAY_PHRASES][2] = {
    [SAY_AS_OF] = {"as of", "截至"},
    [SAY_RUN] = {"run", "运行"},
    [SAY_RECORDS] = {"records", "条记录"},
    [SAY_IN_SECONDS] = {"in %.2f s", "用时 %.2f 秒"},
    [SAY_GRADED] = {"graded", "已评级"},
    [SAY_FAILED] = {"rule errors", "规则出错"},
    [SAY_REJECTED] = {"rejected", "被拒收"},
    [SAY_RELATED_ROWS] = {"rows", "行"},
    [SAY_OF_NOBODY] = {"of unknown customers", "行的客户未知"},
    [SAY_WITHOUT_KEY] = {"without a key", "行缺少客户标识"},
    [SAY_DRY_RUN] = {"A dry run: nothing was published.", "试运行：没有发布任何结果。"},
    [SAY_CLASSES] = {"Classes", "分类"},
    [SAY_LIMITS] = {"Limits", "额度"},
    [SAY_CUSTOMERS] = {"customers", "客户"},
    [SAY_WITH_LIMIT] = {"with a limit", "有额度"},
    [SAY_SUM] = {"sum", "合计"},
    [SAY_AVERAGE] = {"average", "平均"},
    [SAY_TOTAL] = {"all", "全部"},
    [SAY_NONE] = {"(none)", "（无）"},
    [SAY_FOLLOW_UPS] = {"Today's follow-ups", "今日跟进"},
    [SAY_DUE] = {"due", "到期"},
    [SAY_FIRST] = {"the first %d", "前 %d 位"},
    [SAY_NOBODY_DUE] = {"Nobody is due today.", "今天没有到期的客户。"},
    [SAY_ATTENTION] = {"Needs attention", "需要关注"},
    [SAY_ALL_FINE] = {"Nothing.", "没有。"},
    [SAY_ALERTS] = {"Alerts", "预警"},
    [SAY_NO_ALERTS] = {"Nothing changed in a way that is watched.", "没有需要预警的变化。"},
    [SAY_CRITICAL] = {"critical", "严重"},
    [SAY_WARNING] = {"warning", "警告"},
    [SAY_INFO] = {"info", "提示"},
    [SAY_REFUSED] = {"Without a decision", "未得出决定"},
    [SAY_LINE] = {"line", "行"},
    [SAY_DECISIONS] = {"Three decisions", "三个决定"},
    [SAY_FEW_DECISIONS] = {"Decisions", "决定"},
    [SAY_HIGHEST] = {"the highest limit", "额度最高"},
    [SAY_NEEDS_ATTENTION] = {"needs attention", "需要关注"},
    [SAY_ORDINARY] = {"an ordinary one", "普通的一位"},
    [SAY_ANOTHER] = {"another one", "另一位"},
    [SAY_NO_REASONS] = {"no reason code: the policy's plain case",
                        "没有原因代码：按政策的一般情形"},
    [SAY_RULE_FAILED] = {"a rule failed on this customer, so there is no decision:",
                         "该客户的一条规则出错，因此没有决定："},
    [SAY_MADE_OF] = {"made of", "依据的数据"},
    [SAY_MORE] = {"and %s more", "另有 %s 条"},
    [SAY_WAS_REJECTED] = {"%s was rejected:", "%s 被拒收："},
    [SAY_RULE] = {"rule", "规则"},
    [SAY_NEXT] = {"What next", "接下来"},
    [SAY_NEXT_DB] = {"where the result is", "结果所在的数据库"},
    [SAY_NEXT_SHOW] = {"one decision, and why", "一个决定及其依据"},
    [SAY_NEXT_LIST] = {"all, the greatest first", "全部客户，从大到小"},
    [SAY_NEXT_REJECTS] = {"what was refused, and why", "被拒收的记录及原因"},
    [SAY_NEXT_REPORT] = {"this page", "本页"},
    [SAY_NEXT_HELP] = {"everything else", "其他功能"},
};

const char *say(const char *language, phrase p) {
  return phrases[p][language && !strcmp(language, "zh")];
}

/* Appends a number's text with a comma before every third digit of its whole part. */
static void separated(buffer *out, const char *text, size_t n) {
  size_t i = 0;
  if (n && text[0] == '-') buffer_char(out, text[i++]);
  size_t whole = i;
  while (whole < n && text[whole] >= '0' && text[whole] <= '9') whole++;
  for (size_t left = whole - i; left > 0; left--, i++) {
    buffer_char(out, text[i]);
    if (left > 1 && left % 3 == 1) buffer_char(out, ',');
  }
  buffer_add(out, text + whole, n - whole);
}

void write_amount(buffer *out, int128 num, int128 den, int digits) {
  char text[80];
  const size_t n = quotient_write(text, num, den, digits);
  separated(out, text, n);
}

void write_count(buffer *out, int64_t n) {
  write_amount(out, n, 1, 0);
}

void write_value(buffer *out, const column *c, size_t row, zone z) {
  if (column_missing(c, row)) return;
  buffer text = {0};
  column_write(&text, c, row, z);
  const type_kind kind = c->type.kind;
  if (kind == TYPE_TIMESTAMP && text.size == 25) { /* 2025-09-26T20:00:00+08:00 */
    buffer_add(out, text.data, 10);
    buffer_char(out, ' ');
    buffer_add(out, text.data + 11, 5);
  } else if (type_is_numeric(kind) && kind != TYPE_NUMBER) {
    separated(out, text.data, text.size);
  } else if (text.size) {
    buffer_add(out, text.data, text.size);
  }
  buffer_deinit(&text);
}

static const char *find_text(const reason_texts *t, const char *code, const char *language) {
  const char *text = t->text(t->ctx, code, language);
  return text ? text : t->text(t->ctx, code, "en");
}

/* What a placeholder stands for; nothing for a missing value, "…" where it is not known. */
static void write_placeholder(buffer *out, const reason_texts *t, const char *value,
                              const char *name, size_t n) {
  if (n == 5 && !memcmp(name, "value", 5)) {
    buffer_text(out, value ? value : "…");
    return;
  }
  for (size_t i = 0; i < t->output_count; i++) {
    const char *output = t->output(t->ctx, i);
    if (strlen(output) != n || memcmp(output, name, n) != 0) continue;
    buffer text = {0};
    if (t->outputs)
      write_value(&text, &t->outputs[i], t->row, t->zone);
    else
      buffer_text(&text, "…");
    if (text.size) text_printable(out, text.data, text.size, 200);
    buffer_deinit(&text);
    return;
  }
  buffer_add(out, name - 1, n + 2);
}

/* Fills in the placeholders of a text; tells whether {value} was among them. */
static bool fill_in(buffer *out, const reason_texts *t, const char *value, const char *text) {
  bool used = false;
  while (*text) {
    const char *open = strchr(text, '{');
    size_t n = 0;
    if (!open) break;
    while (isalnum((unsigned char)open[1 + n]) || open[1 + n] == '_') n++;
    buffer_add(out, text, (size_t)(open - text));
    if (n && open[1 + n] == '}') {
      write_placeholder(out, t, value, open + 1, n);
      used = used || (n == 5 && !memcmp(open + 1, "value", 5));
      text = open + n + 2;
    } else {
      buffer_char(out, '{');
      text = open + 1;
    }
  }
  buffer_add(out, text, strlen(text));
  return used;
}

bool write_reason_text(buffer *out, const reason_texts *t, const char *code, size_t n,
                       const char *language) {
  char name[256];
  if (n >= sizeof name) return false;
  memcpy(name, code, n);
  name[n] = 0;
  char *colon = strchr(name, ':');
  const char *text = find_text(t, name, language);
  if (text) { /* of the whole: what stands behind ':' is part of what it says */
    fill_in(out, t, colon ? colon + 1 : NULL, text);
    return true;
  }
  if (!colon) return false;
  *colon = 0;
  if (!(text = find_text(t, name, language))) return false;
  if (!fill_in(out, t, colon + 1, text)) buffer_format(out, " (%s)", colon + 1);
  return true;
}

static const char *stored_text(void *ctx, const char *code, const char *language) {
  return store_reason_text(ctx, code, language);
}

static const char *stored_output(void *ctx, size_t i) {
  return store_reader_run(ctx)->outputs[i].name;
}

bool write_reason(buffer *out, store_reader *r, const column *outputs, const char *code, size_t n,
                  const char *language) {
  const store_run *run = store_reader_run(r);
  const reason_texts t = {.text = stored_text,
                          .output = stored_output,
                          .ctx = r,
                          .output_count = run->output_count,
                          .outputs = outputs,
                          .zone = run->zone};
  return write_reason_text(out, &t, code, n, language);
}

const char *alert_severity_of(const store_reader *r, const char *list, const char *code, size_t n) {
  const store_alert *alerts;
  const size_t count = store_alerts(r, &alerts);
  const char *colon = memchr(code, ':', n);
  if (colon) n = (size_t)(colon - code);
  for (size_t i = 0; i < count; i++)
    if (!strcmp(alerts[i].list, list) && strlen(alerts[i].code) == n &&
        !memcmp(alerts[i].code, code, n))
      return alerts[i].severity;
  return NULL;
}

void write_outcome_code(buffer *out, const store_outcome *o) {
  static const char *const of_a_field[] = {"REQUIRED", "BAD_VALUE", "UNKNOWN_CHOICE", "NEGATIVE",
                                           "OUT_OF_RANGE"};
  buffer_text(out, o->code);
  for (size_t i = 0; i < sizeof of_a_field / sizeof *of_a_field; i++)
    if (o->field && *o->field && !strcmp(o->code, of_a_field[i]))
      buffer_format(out, ":%s", o->field);
}

void each_code(const column *c, size_t row, void (*each)(void *ctx, const char *code, size_t n),
               void *ctx) {
  if (c->type.kind != TYPE_CODES || column_missing(c, row)) return;
  const char *p = c->text.bytes + c->text.offsets[row],
             *end = c->text.bytes + c->text.offsets[row + 1];
  while (p < end) {
    const char *bar = memchr(p, '|', (size_t)(end - p)), *stop = bar ? bar : end;
    each(ctx, p, (size_t)(stop - p));
    p = bar ? bar + 1 : end;
  }
}
