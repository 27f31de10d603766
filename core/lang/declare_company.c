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
  static const char *const keys[] = {
      "name",   "name_zh",  "currency", "timezone", "opens",   "calendar", "calendar_until",
      "closes", "workdays", "holidays", "makeup",   "scripts", "effective"};
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
  declare_calendar(&b);
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
  spec.total.at = e->at;
  if (spec.total.text && !type_is_numeric(spec.type.kind))
    declare_error(l, e->at,
                  "the parameter \"%s\" is %s, but a total is a number: money, integer or "
                  "decimal(2)",
                  e->name, type_name(spec.type.kind));
  *ARENA_PUSH(&l->pack->arena, l->pack->params, l->pack->param_count) =
      (pack_param){e->name, spec.type, spec.preset, spec.total, e->at};
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
