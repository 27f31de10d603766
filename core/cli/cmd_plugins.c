/* assay plugins: the data sources that are found, with their options; and the test of one file. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../base/text.h"
#include "cli.h"

static const option options[] = {
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

static error_code run_plugins(cli *c, const arguments *a, error *e) {
  plugin_host *host = cli_plugins(c, a);
  error_code code;
  if (a->word_count == 0)
    code = list_plugins(host, a, e);
  else
    code = error_set(e, ERR_USAGE, "assay plugins lists them; see assay plugins --help");
  plugin_host_free(host);
  return code;
}

const command command_plugins = {
    .name = "plugins",
    .arguments = "",
    .summary = "the data sources that are found, with their options",
    .description =
        "Lists the data sources that are found, with their options: name, type, what it is, "
        "and [its default].",
    .options = options,
    .option_count = sizeof options / sizeof *options,
    .least = 0,
    .most = 0,
    .offer = OFFER_FILE,
    .run = run_plugins,
};
