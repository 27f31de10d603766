/* Formulas, tests and values in the form in which people write them: ≤ for <=, × for *, thousands set
 * apart, the words of the notation in the page's language, and a link behind every name that the step at
 * hand reads. The text is cut into its tokens again; what it means was settled when the plan was made. */
#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "../base/text.h"
#include "policy_parts.h"

/* ---- names ---- */

static const char *link_to(const policy *p, const char *anchor, const char *name) {
  const char *text = doc_escape(p, name);
  return arena_format(p->arena, "<a href=\"#%s-%s\">%s</a>", anchor, text, text);
}

const char *doc_step_link(const policy *p, size_t number) {
  return arena_format(p->arena, "<a href=\"#step-%zu\">%s</a>", number + 1,
                      doc_escape(p, p->pack->steps[number].name));
}

static const char *link_of(const policy *p, const policy_read *r) {
  if (r->kind == READ_FIELD) return link_to(p, "field", r->name);
  if (r->kind == READ_PARAM) return link_to(p, "param", r->name);
  return arena_format(p->arena, "<a href=\"#step-%zu\">%s</a>", r->index + 1,
                      doc_escape(p, r->name));
}

/* NULL: the step reads nothing of the name. */
static const char *known_name(const policy *p, const char *name) {
  if (p->record && schema_find(p->record, name) >= 0)
    return arena_format(p->arena, "<i>%s</i>", doc_escape(p, name));
  if (p->step >= p->pack->step_count) return NULL;
  const policy_reads *list = &p->reads[p->step];
  for (size_t i = 0; i < list->count; i++)
    if (list->items[i].name && list->items[i].kind != READ_PREVIOUS &&
        !strcmp(list->items[i].name, name))
      return link_of(p, &list->items[i]);
  return NULL;
}

const char *doc_name(const policy *p, const char *name) {
  const char *known = known_name(p, name);
  return known ? known : doc_escape(p, name);
}

/* ---- tokens ---- */

typedef struct cutter {
  const policy *p;
  const char *at;
  buffer out;
  bool between; /* the next `and` belongs to between */
} cutter;

static bool is_letter(char c) {
  return isalnum((unsigned char)c) || c == '_' || (c & 0x80);
}

static bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

/* Four digits, '-', ...: a date or moment. */
static size_t date_length(const char *t) {
  for (int i = 0; i < 10; i++)
    if (i == 4 || i == 7 ? t[i] != '-' : !is_digit(t[i])) return 0;
  size_t n = 10;
  while (t[n] && strchr("T0123456789:+-Z", t[n])) n++;
  return n;
}

static void put_digits(buffer *out, const char *digits, size_t n) {
  for (size_t i = 0; i < n; i++) {
    if (i && n > 3 && (n - i) % 3 == 0) buffer_char(out, ',');
    buffer_char(out, digits[i]);
  }
}

static void cut_number(cutter *c) {
  size_t whole = 0, all;
  while (is_digit(c->at[whole])) whole++;
  put_digits(&c->out, c->at, whole);
  all = whole;
  if (c->at[all] == '.' && is_digit(c->at[all + 1]))
    for (all++; is_digit(c->at[all]);) all++;
  buffer_add(&c->out, c->at + whole, all - whole);
  c->at += all;
  if (*c->at != '%') return;
  buffer_text(&c->out, "\u202f%");
  c->at++;
}

static void cut_text(cutter *c) {
  const char *begin = c->at++;
  while (*c->at && *c->at != '"') c->at += *c->at == '\\' && c->at[1] ? 2 : 1;
  if (*c->at) c->at++;
  text_html(&c->out, begin, (size_t)(c->at - begin));
}

/* ---- words ---- */

static const struct {
  const char *name;
  policy_word word;
} words[] = {{"and", P_N_and},     {"or", P_N_or},           {"not", P_N_not},
             {"if", P_N_if},       {"then", P_N_then},       {"else", P_N_else},
             {"in", P_N_in},       {"between", P_N_between}, {"better", P_N_better},
             {"worse", P_N_worse}, {"than", P_N_than},       {"true", P_N_true},
             {"false", P_N_false}, {"null", P_N_null},       {"today", P_N_today},
             {"as_of", P_N_as_of}},
  functions[] = {{"coalesce", P_F_coalesce},
                 {"min", P_F_min},
                 {"max", P_F_max},
                 {"date", P_F_date},
                 {"count", P_F_count},
                 {"previous", P_F_previous},
                 {"abs", P_F_abs},
                 {"floor", P_F_floor},
                 {"ceiling", P_F_ceiling},
                 {"round", P_F_round},
                 {"months_between", P_F_months_between},
                 {"workdays_between", P_F_workdays_between},
                 {"add_workdays", P_F_add_workdays}};

static bool cut_function(cutter *c, const char *name) {
  const char *after = c->at;
  while (*after == ' ') after++;
  if (*after != '(' || !strcmp(name, "in") || !strcmp(name, "and") || !strcmp(name, "or") ||
      !strcmp(name, "not") || !strcmp(name, "if") || !strcmp(name, "then") || !strcmp(name, "else"))
    return false;
  for (size_t i = 0; i < sizeof functions / sizeof *functions; i++)
    if (!strcmp(functions[i].name, name)) {
      buffer_format(&c->out, c->p->chinese ? "%s" : "%s ", doc_say(c->p, functions[i].word));
      return true;
    }
  for (; *name; name++) buffer_char(&c->out, *name == '_' ? ' ' : *name);
  return true;
}

static bool cut_word(cutter *c, const char *name) {
  for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
    if (strcmp(words[i].name, name) != 0) continue;
    const char *text = doc_say(c->p, words[i].word);
    if (!strcmp(name, "and") && c->between && c->p->chinese) text = "与";
    if (!strcmp(name, "in") && c->at[strspn(c->at, " ")] == '[') text = doc_say(c->p, P_IN_RANGE);
    if (!strcmp(name, "between")) c->between = true;
    if (!strcmp(name, "and")) c->between = false;
    const bool operator= words[i].word <= P_N_than && words[i].word != P_N_not;
    buffer_format(&c->out, operator? "<b>%s</b>" : "%s", text);
    return true;
  }
  return false;
}

/* add_months(today, -60) as "today − 60 months", where both are that simple. */
static bool cut_months(cutter *c) {
  char what[64], number[16], sign = '+';
  int end = 0;
  if (strncmp(c->at, "add_months", 10) != 0) return false;
  if (sscanf(c->at + 10, " ( %63[a-zA-Z0-9_] , %15[0-9] )%n", what, number, &end) != 2 || !end) {
    end = 0;
    sign = '-';
    if (sscanf(c->at + 10, " ( %63[a-zA-Z0-9_] , -%15[0-9] )%n", what, number, &end) != 2 || !end)
      return false;
  }
  const char *base = !strcmp(what, "today") ? doc_say(c->p, P_N_today) : doc_name(c->p, what);
  buffer_format(&c->out, "%s %s %s %s", base, sign == '+' ? "+" : "−", number,
                doc_say(c->p, P_MONTHS));
  c->at += 10 + end;
  return true;
}

static void cut_name(cutter *c) {
  const char *begin = c->at;
  if (cut_months(c)) return;
  while (is_letter(*c->at)) c->at++;
  const char *name = arena_string_n(c->p->arena, begin, (size_t)(c->at - begin));
  if (cut_function(c, name)) return;
  const char *known = known_name(c->p, name);
  if (known)
    buffer_text(&c->out, known);
  else if (!cut_word(c, name))
    html_text(&c->out, name);
}

static void cut_operator(cutter *c) {
  static const char *const pairs[][2] = {{"<=", "≤"}, {">=", "≥"}, {"!=", "≠"}, {"..", " … "},
                                         {"*", "×"},  {"/", "÷"},  {"-", "−"}};
  for (size_t i = 0; i < sizeof pairs / sizeof *pairs; i++) {
    const size_t n = strlen(pairs[i][0]);
    if (strncmp(c->at, pairs[i][0], n) != 0) continue;
    buffer_text(&c->out, pairs[i][1]);
    c->at += n;
    return;
  }
  text_html(&c->out, c->at++, 1);
}

static const char *cut(const policy *p, const char *text) {
  cutter c = {.p = p, .at = text};
  while (*c.at) {
    const size_t date = date_length(c.at);
    if (date) {
      buffer_add(&c.out, c.at, date);
      c.at += date;
    } else if (is_digit(*c.at) || (*c.at == '.' && is_digit(c.at[1]) && c.at[1] != '.')) {
      cut_number(&c);
    } else if (*c.at == '"') {
      cut_text(&c);
    } else if (is_letter(*c.at)) {
      cut_name(&c);
    } else {
      cut_operator(&c);
    }
  }
  const char *kept = arena_string_n(p->arena, c.out.data ? c.out.data : "", c.out.size);
  buffer_deinit(&c.out);
  return kept;
}

const char *doc_formula(const policy *p, const char *text) {
  if (!text) return "";
  return arena_format(p->arena, "<span class=\"f\">%s</span>", cut(p, text));
}

const char *doc_value(const policy *p, const char *text) {
  if (!text || !strcmp(text, "null"))
    return arena_format(p->arena, "<span class=\"off\">%s</span>", doc_say(p, P_NO_VALUE));
  return doc_formula(p, text);
}

const char *doc_template(const policy *p, const char *text) {
  buffer b = {0};
  while (*text) {
    const size_t plain = strcspn(text, "{"), name = text[plain] ? strcspn(text + plain, "}") : 0;
    text_html(&b, text, plain);
    text += plain;
    if (!*text) break;
    if (!text[name]) {
      html_text(&b, text);
      break;
    }
    buffer_text(&b, "<var>");
    text_html(&b, text + 1, name - 1);
    buffer_text(&b, "</var>");
    text += name + 1;
  }
  const char *kept = arena_string_n(p->arena, b.data ? b.data : "", b.size);
  buffer_deinit(&b);
  return kept;
}

const char *doc_datum(const policy *p, const char *text) {
  rational number;
  if (!text) return doc_say(p, P_MISSING);
  if (!strcmp(text, "true")) return doc_say(p, P_YES);
  if (!strcmp(text, "false")) return doc_say(p, P_NO);
  return rational_parse(text, strlen(text), &number) == PARSE_OK ? cut(p, text)
                                                                 : doc_escape(p, text);
}

/* ---- tests ---- */

/* "[50..200)" as "≥ 50 and < 200"; NULL: it is no single interval. */
static const char *interval(const policy *p, const char *text) {
  const size_t n = strlen(text);
  const char *dots = strstr(text, "..");
  if (n < 5 || !dots || !strchr("[(]", text[0]) || !strchr("])[", text[n - 1])) return NULL;
  if (strstr(dots + 2, "..") || strpbrk(text + 1, "[(") || strchr(text, ',')) return NULL;
  const char *low = arena_string_n(p->arena, text + 1, (size_t)(dots - text - 1));
  const char *high = arena_string_n(p->arena, dots + 2, (size_t)(text + n - 1 - dots - 2));
  if (strpbrk(low, "])") || strpbrk(high, "])")) return NULL;
  return arena_format(p->arena, "%s %s <b>%s</b> %s %s", text[0] == '[' ? "≥" : "&gt;", cut(p, low),
                      doc_say(p, P_N_and), text[n - 1] == ']' ? "≤" : "&lt;", cut(p, high));
}

const char *doc_test(const policy *p, const char *text) {
  if (!text || !strcmp(text, "-"))
    return arena_format(p->arena, "<span class=\"off\">%s</span>", doc_say(p, P_ANY));
  const char *range = interval(p, text);
  return arena_format(p->arena, "<span class=\"f\">%s</span>", range ? range : cut(p, text));
}
