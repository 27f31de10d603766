/* Who the company is, and what a run of it needs: company, params, outputs, report, budget. */
#include "declare.h"

#include <stdlib.h>
#include <string.h>
#include "../base/text.h"
#include "period.h"

static bool once(const body *b, bool *seen) {
  if (*seen) declare_error(b->l, b->at, "%s { ... } stands twice", b->what);
  bool first = !*seen;
  *seen = true;
  return first;
}

/* ---- company ---- */

/* ISO 4217, with how many digits the minor unit has. */
#define CURRENCIES_2                                                                               \
  "AED AFN ALL AMD AOA ARS AUD AWG AZN BAM BBD BDT BGN BMD BND BOB BRL BSD BTN BWP BYN BZD CAD "   \
  "CDF "                                                                                           \
  "CHF CNY COP CRC CUP CVE CZK DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS GIP GMD GTQ GYD "   \
  "HKD "                                                                                           \
  "HNL HTG HUF IDR ILS INR IRR JMD KES KGS KHR KPW KYD KZT LAK LBP LKR LRD LSL MAD MDL MGA MKD "   \
  "MMK "                                                                                           \
  "DEM MNT MOP MRU MUR MVR MWK MXN MYR MZN NAD NGN NIO NOK NPR NZD PAB PEN PGK PHP PKR PLN QAR "   \
  "RON "                                                                                           \
  "RSD "                                                                                           \
  "RUB SAR SBD SCR SDG SEK SGD SHP SLE SOS SRD SSP STN SVC SYP SZL THB TJS TMT TOP TRY TTD TWD "   \
  "TZS "                                                                                           \
  "UAH USD UYU UZS VES WST XCD YER ZAR ZMW ZWG"
#define CURRENCIES_0 "BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX VND VUV XAF XOF XPF"
#define CURRENCIES_3 "BHD IQD JOD KWD LYD OMR TND"

static bool listed(const char *list, const char *code) {
  const char *at = strlen(code) == 3 ? strstr(list, code) : NULL;
  return at && (at - list) % 4 == 0;
}

static void read_currency(const body *b) {
  pack *p = b->l->pack;
  const char *code = body_string(b, "currency");
  p->currency = code ? code : "CNY";
  p->currency_digits = listed(CURRENCIES_0, p->currency)   ? 0
                       : listed(CURRENCIES_3, p->currency) ? 3
                                                           : 2;
  if (!code)
    declare_error(b->l, b->at, "company does not say its currency: currency = \"CNY\"");
  else if (p->currency_digits == 2 && !listed(CURRENCIES_2, code))
    declare_error(b->l, body_key_at(b, "currency"),
                  "currency is \"%s\", which is no currency code of "
                  "ISO 4217 such as CNY, EUR or USD",
                  code);
}

static void read_zone(const body *b) {
  const char *text = body_string(b, "timezone");
  if (!text)
    declare_error(b->l, b->at, "company does not say its time zone: timezone = \"+08:00\"");
  else if (!zone_parse(text, &b->l->pack->zone))
    declare_error(b->l, body_key_at(b, "timezone"),
                  "timezone is \"%s\", which must be the hours east of "
                  "UTC, such as \"+08:00\" or \"-03:30\"",
                  text);
}

static bool hour_parse(const char *s, int32_t *out) {
  if (strlen(s) != 5 || s[2] != ':') return false;
  for (int i = 0; i < 5; i++)
    if (i != 2 && (s[i] < '0' || s[i] > '9')) return false;
  int hour = (s[0] - '0') * 10 + s[1] - '0', minute = (s[3] - '0') * 10 + s[4] - '0';
  *out = hour * 3600 + minute * 60;
  return hour < 24 && minute < 60;
}

static void read_hour(const body *b, const char *key, int32_t preset, int32_t *out) {
  const char *text = body_string(b, key);
  *out = preset;
  if (text && !hour_parse(text, out))
    declare_error(b->l, body_key_at(b, key),
                  "%s is \"%s\", which must be a time of day from \"00:00\" to "
                  "\"23:59\"",
                  key, text);
}

static void read_workdays(const body *b, pack_calendar *c) {
  static const char *const days[] = {"mon", "tue", "wed", "thu", "fri", "sat", "sun"};
  int type = body_push_key(b, "workdays");
  lua_pop(b->L, 1);
  for (int i = 0; i < 7; i++) c->workdays[i] = type == LUA_TNIL ? i < 5 : type == LUA_TSTRING;
  if (type == LUA_TNIL) return;
  if (type == LUA_TSTRING) {
    static const char *const words[] = {"calendar"};
    body_word(b, "workdays", COUNTED(words));
    return;
  }
  const char **names = NULL;
  size_t count = 0;
  body_strings(b, "workdays", &count, &names);
  for (size_t i = 0; i < count; i++) {
    bool known = false;
    for (int d = 0; d < 7; d++)
      if (strcmp(days[d], names[i]) == 0) known = c->workdays[d] = true;
    if (!known)
      declare_error(b->l, body_key_at(b, "workdays"), "\"%s\" is no day of the week; they are %s%s",
                    names[i], declare_choices(b->l, COUNTED(days)),
                    declare_meant(b->l, names[i], COUNTED(days)));
  }
  if (!count)
    declare_error(b->l, body_key_at(b, "workdays"),
                  "workdays names no day: { \"mon\", \"tue\" }, or "
                  "\"calendar\" for every day of the calendar");
}

static int by_day(const void *a, const void *b) {
  const int64_t *x = a, *y = b;
  return (*x > *y) - (*x < *y);
}

/* "2025-01-28", or a range "2025-01-28..2025-02-04". */
static void add_days(const body *list, int i, const char *key, size_t *count, int64_t **days) {
  const char *text = body_item_string(list, i, "a day");
  if (!text) return;
  size_t n = strlen(text);
  int64_t from, to;
  bool range = n == 22 && memcmp(text + 10, "..", 2) == 0;
  bool ok = date_parse(text, range ? 10 : n, &from);
  if (ok && range)
    ok = date_parse(text + 12, 10, &to);
  else
    to = from;
  if (!ok) {
    declare_error(list->l, body_item_at(list, i),
                  "\"%s\" in %s is no day that exists (\"2025-10-01\") "
                  "nor a range of them (\"2025-10-01..2025-10-08\")",
                  text, key);
  } else if (to < from || to - from > 400) {
    declare_error(list->l, body_item_at(list, i), "the range \"%s\" in %s %s", text, key,
                  to < from ? "ends before it begins" : "is longer than 400 days");
  } else {
    for (; from <= to; from++) *ARENA_PUSH(&list->l->pack->arena, *days, *count) = from;
  }
}

static void read_days(const body *b, const char *key, size_t *count, int64_t **days) {
  body list;
  if (!body_open_key(b, key, &list)) return;
  list.what = key;
  body_check(&list, body_no_keys, 0, true);
  for (int i = 1; i <= body_count(&list); i++) add_days(&list, i, key, count, days);
  body_close(&list);
  if (!*count) return;
  qsort(*days, *count, sizeof **days, by_day);
  for (size_t i = 1; i < *count; i++) {
    char day[11] = "";
    date_write(day, (*days)[i]);
    if ((*days)[i] == (*days)[i - 1])
      declare_error(b->l, body_key_at(b, key), "%s names the day %s twice", key, day);
  }
}

static void read_calendar(const body *b) {
  pack_calendar *c = &b->l->pack->calendar;
  read_hour(b, "opens", 9 * 3600, &c->opens);
  read_hour(b, "closes", 18 * 3600, &c->closes);
  if (c->closes <= c->opens)
    declare_error(b->l, body_key_at(b, "closes"), "the company closes before it opens");
  read_workdays(b, c);
  read_days(b, "holidays", &c->holiday_count, &c->holidays);
  read_days(b, "makeup", &c->makeup_count, &c->makeups);
  for (size_t i = 0; i < c->makeup_count; i++) {
    char day[11] = "";
    date_write(day, c->makeups[i]);
    if (c->holiday_count &&
        bsearch(&c->makeups[i], c->holidays, c->holiday_count, sizeof *c->holidays, by_day))
      declare_error(b->l, body_key_at(b, "makeup"),
                    "the day %s is both a holiday and a make-up working "
                    "day",
                    day);
  }
}

static void read_scripts(const body *b) {
  loader *l = b->l;
  body list;
  if (!body_open_key(b, "scripts", &list)) {
    if (!body_has(b, "scripts"))
      declare_error(l, b->at,
                    "company does not say its scripts: "
                    "scripts = { \"classification\", \"cadence\", \"credit\" }");
    return;
  }
  list.what = "scripts of company";
  body_check(&list, body_no_keys, 0, true);
  for (int i = 1; i <= body_count(&list); i++) {
    rule_text t = {body_item_string(&list, i, "a script"), body_item_at(&list, i)};
    if (!t.text) continue;
    for (size_t k = 0; k < l->wanted_script_count; k++)
      if (strcmp(l->wanted_scripts[k].text, t.text) == 0)
        declare_error(l, t.at, "the script \"%s\" stands twice", t.text);
    *ARENA_PUSH(&l->pack->arena, l->wanted_scripts, l->wanted_script_count) = t;
  }
  body_close(&list);
}

static int word_company(lua_State *L) {
  static const char *const keys[] = {"name",   "name_zh", "currency", "timezone",
                                     "opens",  "closes",  "workdays", "holidays",
                                     "makeup", "scripts", "effective"};
  body b;
  if (!declare_plain(L, "company", &b) || !once(&b, &b.l->company)) return 0;
  body_check(&b, COUNTED(keys), false);
  pack *p = b.l->pack;
  p->title = body_string(&b, "name");
  p->title_zh = body_string(&b, "name_zh");
  if (!p->title) {
    declare_error(b.l, b.at, "company does not say its name: name = \"Acme Ltd\"");
    p->title = p->name;
  }
  read_currency(&b);
  read_zone(&b);
  read_calendar(&b);
  period_read_key(&b, &p->effective);
  read_scripts(&b);
  return 0;
}

/* ---- params ---- */

static void read_param(const body *b, const named_entry *e) {
  loader *l = b->l;
  type_spec spec = {0};
  body_push_key(b, e->name);
  bool ok = declare_type(b->L, &spec);
  lua_pop(b->L, 1);
  if (!declare_name(l, e->at, "parameter", e->name, true)) return;
  if (!ok || spec.type.kind == TYPE_KEY || spec.type.kind == TYPE_LIST) {
    declare_error(l, e->at,
                  "the parameter \"%s\" has no type; write one: money { default = \"1000\" }, "
                  "integer, decimal(2), boolean, date, text or choice { ... }",
                  e->name);
    return;
  }
  if (spec.min.text || spec.max.text || spec.required || spec.column)
    declare_error(l, e->at,
                  "the parameter \"%s\" takes only a default; min, max, required and column "
                  "are for fields",
                  e->name);
  if (spec.preset.text) {
    spec.preset.at = e->at;
    declare_literal(l, spec.type, &spec.preset,
                    arena_format(&l->pack->arena, "default of the parameter \"%s\"", e->name), NULL,
                    NULL);
  }
  *ARENA_PUSH(&l->pack->arena, l->pack->params, l->pack->param_count) =
      (pack_param){e->name, spec.type, spec.preset, e->at};
}

static int word_params(lua_State *L) {
  body b;
  size_t count;
  if (!declare_plain(L, "params", &b) || !once(&b, &b.l->params)) return 0;
  body_check(&b, NULL, 0, false);
  body_find_twice(&b, "parameter");
  const named_entry *entries = body_named(&b, &count);
  for (size_t i = 0; i < count; i++) read_param(&b, &entries[i]);
  return 0;
}

/* ---- outputs ---- */

static int word_outputs(lua_State *L) {
  body b;
  if (!declare_plain(L, "outputs", &b) || !once(&b, &b.l->outputs)) return 0;
  pack *p = b.l->pack;
  body_check(&b, body_no_keys, 0, true);
  for (int i = 1; i <= body_count(&b); i++) {
    const char *name = body_item_string(&b, i, "an output");
    place at = body_item_at(&b, i);
    if (!name) continue;
    for (size_t k = 0; k < p->output_count; k++)
      if (strcmp(p->outputs[k].name, name) == 0)
        declare_error(b.l, at, "outputs lists \"%s\" twice", name);
    *ARENA_PUSH(&p->arena, p->outputs, p->output_count) = (pack_output){name, at};
  }
  if (!p->output_count)
    declare_error(b.l, b.at, "outputs lists nothing: outputs { \"score\", \"grade\" }");
  return 0;
}

/* ---- report and budget ---- */

static int word_report(lua_State *L) {
  static const char *const keys[] = {"name", "class", "limit", "follow_up", "channel", "attention"};
  body b;
  if (!declare_plain(L, "report", &b) || !once(&b, &b.l->report)) return 0;
  pack_report *r = &b.l->pack->report;
  body_check(&b, COUNTED(keys), false);
  r->name = body_string(&b, "name");
  r->classes = body_string(&b, "class");
  r->limit = body_string(&b, "limit");
  r->follow_up = body_string(&b, "follow_up");
  r->channel = body_string(&b, "channel");
  body_strings(&b, "attention", &r->attention_count, &r->attention);
  b.l->report_at = b.at;
  return 0;
}

static int word_budget(lua_State *L) {
  static const char *const keys[] = {"instructions", "memory"};
  body b;
  if (!declare_plain(L, "budget", &b) || !once(&b, &b.l->budget)) return 0;
  int64_t n;
  body_check(&b, COUNTED(keys), false);
  if (body_integer(&b, "instructions", 1000, 1000000000, &n))
    b.l->pack->budget.instructions = (uint64_t)n;
  if (body_integer(&b, "memory", 1 << 16, 1 << 28, &n)) b.l->pack->budget.memory = (size_t)n;
  return 0;
}

const declaration declare_company_words[] = {{"company", word_company}, {"params", word_params},
                                             {"outputs", word_outputs}, {"report", word_report},
                                             {"budget", word_budget},   {NULL, NULL}};
