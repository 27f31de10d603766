/* assay check: loads a pack and says everything that is wrong or odd about it. Runs nothing. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "../run/check.h"
#include "../run/waivers.h"
#include "cli.h"
#include "finding_report.h"
#include "params.h"

static const option options[] = {
    {"as-of", "T", OFFER_NOTHING, NULL, false,
     "the moment to check it for, as 2025-09-26T15:00:00+08:00; by default now"},
    {"params", "FILE", OFFER_FILE, NULL, false, "rows name,value: the parameters to check it with"},
    {"param", "NAME=VALUE", OFFER_NOTHING, NULL, true, "one parameter, over those of --params"},
    {"format", "text|json|sarif", OFFER_WORDS, "text|json|sarif", false,
     "findings as lines on stderr and a summary on stdout (the default), or all on stdout as JSON "
     "or "
     "SARIF 2.1.0, which code hosts and editors show beside the line"},
    {"waived", NULL, OFFER_NOTHING, NULL, false, "shows what is waived, too, with the reasons"},
    {"kinds", NULL, OFFER_NOTHING, NULL, false,
     "lists the kinds of findings instead: what each means, and what to do"},
    CLI_OPTION_PLUGINS,
};

/* A source's settings against the plugin's own table; the source itself is not opened. */
static void check_source(plugin_host *host, const pack *p, const pack_source *s, findings *out) {
  const assay_plugin *plugin;
  plugin_settings checked = {0};
  error e = {0};
  if (s->plugin && (plugin_host_find(host, s->plugin, &plugin, &e) ||
                    plugin_settings_check(plugin, &s->settings, p->folder, &checked, &e)))
    findings_add(out, SEVERITY_ERROR, s->at.file, s->at.line, "%s", e.message);
  plugin_settings_deinit(&checked);
}

static void check_sources(cli *c, const arguments *a, const pack *p, findings *out) {
  plugin_host *host = cli_plugins(c, a);
  check_source(host, p, &p->source, out);
  for (size_t i = 0; i < p->related_count; i++) check_source(host, p, &p->related[i].source, out);
  plugin_host_free(host);
}

/* ---- how it is told ---- */

typedef struct told {
  const char *name; /* of the pack, loaded or not */
  const pack *pack; /* NULL: it did not load */
  const plan *plan; /* NULL: it cannot run */
  int64_t as_of;
  bool waived; /* shows what is waived as well */
} told;

static const char *plural(size_t n) {
  return n == 1 ? "" : "s";
}

static void tell_text(const told *t, const findings *found) {
  for (size_t i = 0; i < found->count; i++)
    if (t->waived || !found->items[i].waived) finding_print(stderr, &found->items[i]);
  if (!t->plan) return;
  const pack *p = t->pack;
  const plan_output *outputs;
  const size_t n = plan_outputs(t->plan, &outputs), warnings = findings_warnings(found);
  printf("%s: %zu field%s, %zu step%s, %zu output%s; %zu warning%s", p->name, p->schema.count,
         plural(p->schema.count), p->step_count, plural(p->step_count), n, plural(n), warnings,
         plural(warnings));
  if (found->waived) printf(", %zu waived", found->waived);
  printf("\npack %s\n", p->hash);
}

static void tell_program(const told *t, bool sarif, const findings *found) {
  char as_of[32] = {0};
  buffer out = {0};
  moment_write(as_of, t->as_of, t->pack ? t->pack->zone : (zone){0});
  const finding_report r = {t->name, t->pack ? t->pack->hash : NULL, as_of, found};
  if (sarif)
    finding_report_sarif(&out, &r);
  else
    finding_report_json(&out, &r);
  fwrite(out.data, 1, out.size, stdout);
  buffer_deinit(&out);
}

static error_code verdict(const char *name, const findings *found, cli *c, error *e) {
  const size_t warnings = findings_warnings(found);
  if (found->errors)
    return error_set(e, ERR_PACK, "the pack %s has %zu error%s, %zu warning%s", name, found->errors,
                     plural(found->errors), warnings, plural(warnings));
  if (warnings) c->finding = ERR_REJECTS;
  return ERR_OK;
}

static error_code tell(cli *c, const arguments *a, told *t, findings *found, error *e) {
  const char *format = arguments_value(a, "format");
  t->name = t->pack ? t->pack->name : a->words[0];
  t->waived = arguments_flag(a, "waived");
  if (!t->pack && cli_pack_name(c, a->words[0], &t->name, e)) t->name = a->words[0];
  if (format && strcmp(format, "text") != 0)
    tell_program(t, !strcmp(format, "sarif"), found);
  else
    tell_text(t, found);
  return verdict(t->name, found, c, e);
}

/* ---- the check ---- */

static error_code check_pack(cli *c, const arguments *a, error *e) {
  findings found = {0};
  params given_params;
  plan *made = NULL;
  error_code code = params_read(&c->arena, a, &given_params, e);
  const int64_t as_of = given_params.has_as_of ? given_params.as_of : time(NULL);
  pack *p = code ? NULL : pack_load(a->words[0], &found);
  if (p) {
    const plan_options o = {
        .as_of = as_of, .params = given_params.items, .param_count = given_params.count};
    made = plan_new(p, &o, &found);
    if (!made) code = params_blame(p, &o, &given_params, e);
    if (made) check_policy(p, made, &(check_options){0}, &found);
    check_sources(c, a, p, &found);
  }
  if (!code && !p && !pack_exists(a->words[0])) code = cli_no_pack(a->words[0], &found, e);
  if (!code) {
    told t = {.pack = p, .plan = made, .as_of = as_of};
    if (p)
      waivers_judge(p, &found);
    else
      waivers_apply(NULL, &found);
    code = tell(c, a, &t, &found, e);
  }
  if (made) plan_free(made);
  if (p) pack_free(p);
  params_deinit(&given_params);
  findings_deinit(&found);
  return code;
}

static error_code list_kinds(const arguments *a, error *e) {
  const char *format = arguments_value(a, "format");
  buffer out = {0};
  if (a->word_count)
    return error_set(e, ERR_USAGE, "--kinds is of no pack; usage: assay check --kinds");
  if (format && !strcmp(format, "sarif"))
    return error_set(e, ERR_USAGE, "--kinds is written as text or json");
  if (format && !strcmp(format, "json"))
    finding_kinds_json(&out);
  else
    finding_kinds_text(&out);
  fwrite(out.data, 1, out.size, stdout);
  buffer_deinit(&out);
  return ERR_OK;
}

static error_code run_check(cli *c, const arguments *a, error *e) {
  if (arguments_flag(a, "kinds")) return list_kinds(a, e);
  if (!a->word_count)
    return error_set(e, ERR_USAGE, "something is missing; usage: assay check PACK");
  return check_pack(c, a, e);
}

const command command_check = {
    .name = "check",
    .arguments = "PACK",
    .summary = "says what is wrong or odd about a rule pack",
    .description =
        "Loads the pack, resolves every name, types every formula, and checks the settings of its "
        "source, without opening it. Every finding names file and line, and [its kind]. A warning "
        "can "
        "be waived beside the line, with the reason: -- check: allow KIND because ... Exit code 0: "
        "nothing found; 1: warnings; 3: errors.",
    .options = options,
    .option_count = sizeof options / sizeof *options,
    .least = 0,
    .most = 1,
    .offer = OFFER_PACK,
    .run = run_check,
};
