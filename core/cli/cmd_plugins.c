/* assay plugins: the data sources that are found, with their options; and the test of one file. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../base/text.h"
#include "../data/conformance.h"
#include "cli.h"

static const option options[] = {
    {"set", "NAME=VALUE", OFFER_NOTHING, NULL, true,
     "with test: an option of the plugin to open its source with; several times"},
    {"data", "DIR", OFFER_FOLDER, NULL, false,
     "with test: where relative paths start; by default the current folder"},
    CLI_OPTION_PLUGINS,
    CLI_OPTION_LANG,
};

/* ---- the list ---- */

typedef struct listing {
  const char *language;
  size_t found, refused;
} listing;

static const char *type_word(const assay_option *o) {
  switch (o->type) {
  case ASSAY_OPTION_TEXT:
    return "text";
  case ASSAY_OPTION_PATH:
    return "path";
  case ASSAY_OPTION_INTEGER:
    return "integer";
  case ASSAY_OPTION_BOOLEAN:
    return "true|false";
  case ASSAY_OPTION_CHOICE:
    return o->choices ? o->choices : "choice";
  case ASSAY_OPTION_MAP:
    return "map";
  }
  return "?";
}

static void print_option(const listing *l, const assay_option *o) {
  buffer line = {0};
  const bool zh = !strcmp(l->language, "zh") && o->help_zh;
  char name[64];
  snprintf(name, sizeof name, o->type == ASSAY_OPTION_MAP ? "%s.KEY" : "%s", o->name);
  buffer_text(&line, "    ");
  text_pad(&line, name, 16, false);
  buffer_char(&line, ' ');
  text_pad(&line, type_word(o), 18, false);
  buffer_text(&line, "  ");
  buffer_text(&line, zh ? o->help_zh : o->help ? o->help : "");
  if (o->flags & ASSAY_OPTION_REQUIRED) buffer_text(&line, " (required)");
  if (o->flags & ASSAY_OPTION_SECRET) buffer_text(&line, " (secret)");
  if (o->default_value && *o->default_value) buffer_format(&line, " [%s]", o->default_value);
  printf("%.*s\n", (int)line.size, line.data);
  buffer_deinit(&line);
}

static void print_plugin(void *ctx, const char *path, const assay_plugin *p, const error *e) {
  listing *l = ctx;
  if (!p) {
    l->refused++;
    fprintf(stderr, "assay: %s\n", e->message);
    return;
  }
  if (l->found++) putchar('\n');
  printf("%s %s  %s\n  %s\n", p->name, p->version ? p->version : "", p->summary ? p->summary : "",
         path);
  for (size_t i = 0; i < p->option_count; i++) print_option(l, &p->options[i]);
}

static error_code list_plugins(plugin_host *host, const arguments *a, error *e) {
  listing l = {.language = cli_language(a)};
  plugin_host_each(host, print_plugin, &l);
  if (l.refused)
    return error_set(e, ERR_SOURCE, "%zu file%s among the plugins cannot be used", l.refused,
                     l.refused == 1 ? "" : "s");
  if (!l.found) puts("no plugins found");
  return ERR_OK;
}

/* ---- the test of one file ---- */

typedef struct verdicts {
  size_t passed, failed;
} verdicts;

static void print_verdict(void *ctx, bool ok, const char *check, const char *detail) {
  verdicts *v = ctx;
  printf("%s - %s%s%s\n", ok ? "ok" : "not ok", check, *detail ? ": " : "", detail);
  if (ok)
    v->passed++;
  else
    v->failed++;
}

static error_code read_settings(arena *m, const arguments *a, plugin_settings *out, error *e) {
  *out = (plugin_settings){arena_array(m, a->count + 1, sizeof *out->items), 0};
  for (size_t i = 0; i < a->count; i++) {
    assay_setting *s = &out->items[out->count];
    if (strcmp(a->items[i].option->name, "set") != 0) continue;
    if (option_pair(m, "set", a->items[i].value, &s->name, &s->value, e)) return e->code;
    out->count++;
  }
  return ERR_OK;
}

/* The first required option without a value, or NULL. */
static const assay_option *missing_option(const assay_plugin *p, const plugin_settings *set) {
  for (size_t i = 0; i < p->option_count; i++) {
    const assay_option *o = &p->options[i];
    bool there = o->default_value || !(o->flags & ASSAY_OPTION_REQUIRED);
    for (size_t k = 0; k < set->count && !there; k++) there = !strcmp(set->items[k].name, o->name);
    if (!there) return o;
  }
  return NULL;
}

static error_code test_plugin(cli *c, plugin_host *host, const arguments *a, error *e) {
  const assay_plugin *p;
  plugin_settings settings;
  verdicts v = {0};
  const char *file = a->words[1], *data = arguments_value(a, "data");
  error_code code = read_settings(&c->arena, a, &settings, e);
  if (!code) code = plugin_host_load(host, file, &p, e);
  if (code) return code;
  code = conformance_run(p, &settings, data ? data : ".", print_verdict, &v);
  const assay_option *missing = missing_option(p, &settings);
  if (missing) printf("skipped - the checks of its stream: option %s is missing\n", missing->name);
  printf("%zu passed, %zu failed%s\n", v.passed, v.failed, missing ? ", the rest skipped" : "");
  if (!code) return ERR_OK;
  if (code == ERR_USAGE && missing)
    return error_set(e, code,
                     "what was checked of %s is fine, but its stream was not opened: give --set "
                     "%s=%s",
                     file, missing->name, missing->type == ASSAY_OPTION_PATH ? "PATH" : "VALUE");
  return error_set(e, code, "%s does not keep the plugin ABI: %zu of %zu checks failed", file,
                   v.failed, v.passed + v.failed);
}

static error_code run_plugins(cli *c, const arguments *a, error *e) {
  if (a->word_count > 0 && strcmp(a->words[0], "test") != 0)
    return error_set(e, ERR_USAGE,
                     "assay plugins lists them, assay plugins test FILE.so tests one");
  if (a->word_count == 1)
    return error_set(e, ERR_USAGE,
                     "which file? usage: assay plugins test FILE.so [--set NAME=VALUE]");
  plugin_host *host = cli_plugins(c, a);
  const error_code code = a->word_count ? test_plugin(c, host, a, e) : list_plugins(host, a, e);
  plugin_host_free(host);
  return code;
}

const command command_plugins = {
    .name = "plugins",
    .arguments = "[test FILE.so]",
    .summary = "the data sources that are found; the test of one",
    .description =
        "Lists the data sources that are found, with their options: name, type, what it is, and "
        "[its default].\n"
        "assay plugins test FILE.so runs the conformance kit on a plugin: its descriptor, its "
        "options, and, opened with --set, its stream: types, errors, an early release. Exit code 0 "
        "when every check passed, 4 when one failed, 2 when options are missing to open it.",
    .options = options,
    .option_count = sizeof options / sizeof *options,
    .least = 0,
    .most = 2,
    .offer = OFFER_FILE,
    .run = run_plugins,
};
