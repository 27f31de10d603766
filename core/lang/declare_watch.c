/* watch "alerts" { ... }: alerts when an output changes in a named way against the customer's last
 * published decision. It is a list of codes whose entries have a severity; each named way is written
 * out as the condition that it stands for, so that everything else knows only codes. */
#include "declare.h"

#include <ctype.h>
#include <string.h>

/* A named way: what the output X has to be; %1 is X, %2 the amount. Without a previous value nothing
 * has changed, and no alert is given. */
typedef struct way {
  const char *key;
  bool amount_needed;
  const char *plain, *by_share, *by_amount;
  const char *shown; /* for messages */
} way;

static const way ways[] = {
    {"downgrade", false, "%1 worse than previous(%1)", NULL, NULL, "downgrade = \"risk_class\""},
    {"upgrade", false, "%1 better than previous(%1)", NULL, NULL, "upgrade = \"risk_class\""},
    {"changes", false, "%1 != previous(%1)", NULL, NULL, "changes = \"channel\""},
    {"becomes", false, "%1 and previous(%1) = false", NULL, NULL, "becomes = \"hold\""},
    {"cut", false, "%1 < previous(%1)", "%1 < previous(%1) - abs(previous(%1)) * %2",
     "%1 < previous(%1) - %2", "cut = { \"credit_limit\", \"20%\" }"},
    {"rise", false, "%1 > previous(%1)", "%1 > previous(%1) + abs(previous(%1)) * %2",
     "%1 > previous(%1) + %2", "rise = { \"credit_limit\", \"100000\" }"},
    {"over", true, NULL, "%1 > %2 and previous(%1) <= %2", "%1 > %2 and previous(%1) <= %2",
     "over = { \"utilisation\", 90 }"},
    {"under", true, NULL, "%1 < %2 and previous(%1) >= %2", "%1 < %2 and previous(%1) >= %2",
     "under = { \"score\", 40 }"},
};

static bool is_output(const char *text) {
  if (!isalpha((unsigned char)*text) && *text != '_') return false;
  while (isalnum((unsigned char)*text) || *text == '_') text++;
  return !*text;
}

static const char *written_out(arena *a, const char *form, const char *output, const char *amount) {
  buffer b = {0};
  for (; *form; form++) {
    if (form[0] == '%' && (form[1] == '1' || form[1] == '2'))
      buffer_text(&b, *++form == '1' ? output : amount);
    else
      buffer_char(&b, *form);
  }
  buffer_char(&b, 0);
  const char *text = arena_string(a, b.data);
  buffer_deinit(&b);
  return text;
}

/* "20%" or 10000: a plain number, or a share of what was. */
static bool read_amount(const body *b, const way *w, const rule_text *t, bool *share) {
  rational ignored;
  size_t n = strlen(t->text);
  *share = n && t->text[n - 1] == '%';
  if (rational_parse(t->text, n - *share, &ignored) == PARSE_OK) return true;
  declare_error(b->l, t->at, "\"%s\" in %s of %s must be a number or a percentage: %s", t->text,
                w->key, b->what, w->shown);
  return false;
}

static void use_way(const body *b, const way *w, rule_text output, rule_text amount,
                    code_entry *e) {
  arena *a = &b->l->pack->arena;
  bool share = false;
  if (!is_output(output.text)) {
    declare_error(b->l, output.at, "%s of %s wants the name of an output, and \"%s\" is none: %s",
                  w->key, b->what, output.text, w->shown);
    return;
  }
  if (amount.text && !w->by_amount) {
    declare_error(b->l, amount.at, "%s of %s takes no amount: %s", w->key, b->what, w->shown);
    return;
  }
  if (!amount.text && w->amount_needed) {
    declare_error(b->l, output.at, "%s of %s does not say what bound: %s", w->key, b->what,
                  w->shown);
    return;
  }
  if (amount.text && !read_amount(b, w, &amount, &share)) return;
  const char *form = !amount.text ? w->plain : share ? w->by_share : w->by_amount;
  e->when = (rule_text){written_out(a, form, output.text, amount.text), output.at};
  e->value = (rule_text){arena_format(a, "previous(%s)", output.text), output.at};
}

static void read_way(const body *row, const way *w, code_entry *e) {
  rule_text output = {0}, amount = {0};
  body pair;
  bool table = body_push_key(row, w->key) == LUA_TTABLE;
  lua_pop(row->L, 1);
  if (!table) {
    if (body_text(row, w->key, &output)) use_way(row, w, output, amount, e);
    return;
  }
  if (!body_open_key(row, w->key, &pair)) return;
  body_check(&pair, body_no_keys, 0, true);
  body_item_text(&pair, 1, &output);
  body_item_text(&pair, 2, &amount);
  if (body_count(&pair) < 1 || body_count(&pair) > 2)
    declare_error(row->l, pair.at, "%s of %s is the output and the amount: %s", w->key, row->what,
                  w->shown);
  else if (output.text)
    use_way(row, w, output, amount, e);
  body_close(&pair);
}

static void read_alert(const body *row, codes_step *out) {
  static const char *const keys[] = {"when",     "severity", "text",      "text_zh", "value",
                                     "decimals", "as",       "downgrade", "upgrade", "changes",
                                     "becomes",  "cut",      "rise",      "over",    "under"};
  static const char *const severities[] = {"info", "warning", "critical"};
  code_entry e = {.decimals = -1, .at = row->at};
  int given = 0;
  body_check(row, COUNTED(keys), true);
  e.code = body_item_code(row, 1);
  if (e.code && strchr(e.code, ':'))
    declare_error(row->l, row->at, "the code of an alert has no ':', and %s has one", e.code);
  declare_code_condition(row, &e);
  given = e.when.text != NULL;
  for (size_t i = 0; i < sizeof ways / sizeof *ways; i++) {
    if (!body_has(row, ways[i].key)) continue;
    read_way(row, &ways[i], &e);
    given++;
  }
  declare_code_value(row, &e);
  int how = body_word(row, "severity", COUNTED(severities));
  e.severity = how < 0 ? ALERT_WARNING : (alert_severity)how;
  e.text = body_string(row, "text");
  e.text_zh = body_string(row, "text_zh");
  if (given != 1)
    declare_error(row->l, row->at,
                  "an entry of %s says %s when it is given: { \"DOWNGRADED\", downgrade = "
                  "\"risk_class\" }, or { \"CODE\", \"condition\" }",
                  row->what, given ? "more than once" : "nothing of");
  if (body_count(row) > 2)
    declare_error(row->l, row->at, "an entry of %s has too many parts", row->what);
  declare_code_add(row, out, e);
}

static void fill_watch(body *b, const char *name) {
  body_check(b, body_no_keys, 0, true);
  declare_name(b->l, b->at, "watch", name, true);
  codes_step *out = &declare_step(b, STEP_CODES, name)->codes;
  out->alerts = true;
  for (int i = 1; i <= body_count(b); i++) {
    body row;
    if (!body_open_item(b, i, &row)) continue;
    read_alert(&row, out);
    body_close(&row);
  }
  if (!body_count(b))
    declare_error(b->l, b->at,
                  "%s watches nothing: { \"DOWNGRADED\", downgrade = \"risk_class\", severity = "
                  "\"warning\" }",
                  b->what);
}

static int word_watch(lua_State *L) {
  static const named_word w = {"watch", fill_watch};
  return declare_named(L, &w);
}

const declaration declare_watch_words[] = {{"watch", word_watch}, {NULL, NULL}};
