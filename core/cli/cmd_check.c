/* assay check: loads a pack and says everything that is wrong or odd about it. Runs nothing. */
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "cli.h"
#include "../run/check.h"
#include "params.h"

static const option options[] = {
    {"as-of", "T", OFFER_NOTHING, NULL, false,
     "the moment to check it for, as 2025-09-26T15:00:00+08:00; by default now"},
    {"params", "FILE", OFFER_FILE, NULL, false, "rows name,value: the parameters to check it with"},
    {"param", "NAME=VALUE", OFFER_NOTHING, NULL, true, "one parameter, over those of --params"},
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

static error_code verdict(const char *name, const findings *found, cli *c, error *e) {
  const size_t warnings = found->count - found->errors;
  if (found->errors)
    return error_set(e, ERR_PACK, "the pack %s has %zu error%s, %zu warning%s", name, found->errors,
                     found->errors == 1 ? "" : "s", warnings, warnings == 1 ? "" : "s");
  if (warnings) c->finding = ERR_REJECTS;
  return ERR_OK;
}

static error_code run_check(cli *c, const arguments *a, error *e) {
  findings found = {0};
  params given_params;
  plan *made = NULL;
  error_code code = params_read(&c->arena, a, &given_params, e);
  pack *p = code ? NULL : pack_load(a->words[0], &found);
  if (p) {
    const plan_options o = {.as_of = given_params.has_as_of ? given_params.as_of : time(NULL),
                            .params = given_params.items,
                            .param_count = given_params.count};
    made = plan_new(p, &o, &found);
    if (!made) code = params_blame(p, &o, &given_params, e);
    if (made) check_policy(p, made, &(check_options){0}, &found);
    check_sources(c, a, p, &found);
  }
  if (!code && !p && !pack_exists(a->words[0])) code = cli_no_pack(a->words[0], &found, e);
  if (!code) {
    const char *name = a->words[0];
    cli_print_findings(c, &found);
    if (!p && cli_pack_name(c, name, &name, e)) name = a->words[0];
    code = verdict(p ? p->name : name, &found, c, e);
  }
  if (!code && made && p) {
    const plan_output *outputs;
    const size_t n = plan_outputs(made, &outputs);
    printf("%s: %zu field%s, %zu step%s, %zu output%s; %zu warning%s\npack %s\n", p->name,
           p->schema.count, p->schema.count == 1 ? "" : "s", p->step_count,
           p->step_count == 1 ? "" : "s", n, n == 1 ? "" : "s", found.count,
           found.count == 1 ? "" : "s", p->hash);
  }
  if (made) plan_free(made);
  if (p) pack_free(p);
  params_deinit(&given_params);
  findings_deinit(&found);
  return code;
}

const command command_check = {
    .name = "check",
    .arguments = "PACK",
    .summary = "says what is wrong or odd about a rule pack",
    .description =
        "Loads the pack, resolves every name, types every formula, and checks the settings of its "
        "source, without opening it. Every finding names file and line. Exit code 0: nothing "
        "found; "
        "1: warnings; 3: errors.",
    .options = options,
    .option_count = sizeof options / sizeof *options,
    .least = 1,
    .most = 1,
    .offer = OFFER_PACK,
    .run = run_check,
};
