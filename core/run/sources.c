/* Settings of the pack first, those of the caller behind them: later ones win. Another plugin takes
 * none of the pack's. */
#include "sources.h"

#include <stdlib.h>
#include <string.h>

#include "../base/memory.h"
#include "../base/text.h"
#include "guard.h"

/* What the caller says over one source of the pack. */
typedef struct over {
  const char *plugin; /* NULL = the pack's */
  assay_setting *items;
  size_t count;
} over;

static bool is_path(const assay_plugin *p, const char *name) {
  for (size_t k = 0; k < p->option_count; k++)
    if (p->options[k].type == ASSAY_OPTION_PATH && !strcmp(p->options[k].name, name)) return true;
  return false;
}

static void look_at_paths(source *s) {
  for (size_t i = 0; i < s->settings.count; i++) {
    const assay_setting *t = &s->settings.items[i];
    if (!is_path(s->plugin, t->name)) continue;
    s->bytes += guard_source_size(t->value);
    s->once = s->once || !strcmp(t->value, "-");
  }
}

static error_code find(const run_options *o, const pack_source *from, const over *x, source *out,
                       error *e) {
  const char *name = x->plugin ? x->plugin : from->plugin;
  const bool other = strcmp(name, from->plugin) != 0;
  plugin_settings all = {0};
  error wrong = {0};
  if (plugin_host_find(o->plugins, name, &out->plugin, e)) return e->code;
  all.items = mem_array(from->settings.count + x->count + 1, sizeof *all.items);
  for (size_t i = 0; i < from->settings.count && !other; i++)
    all.items[all.count++] = from->settings.items[i];
  for (size_t i = 0; i < x->count; i++) all.items[all.count++] = x->items[i];
  error_code code =
      plugin_settings_check(out->plugin, &all, o->data_folder, &out->settings, &wrong);
  free(all.items);
  if (code == ERR_PACK && (x->count || other)) code = ERR_USAGE; /* the command line can mend it */
  if (code == ERR_PACK)
    return error_set(e, code, "%s:%d: %s", from->at.file, from->at.line, wrong.message);
  if (code) return error_set(e, code, "%s", wrong.message);
  look_at_paths(out);
  return ERR_OK;
}

/* ---- NAME.option=value for related lists ---- */

static error_code unknown_list(const pack *p, const char *given, size_t n, error *e) {
  const char **names = mem_array(p->related_count + 1, sizeof *names);
  for (size_t i = 0; i < p->related_count; i++) names[i] = p->related[i].name;
  char *word = mem_string_n(given, n);
  const char *near = text_suggest(word, names, p->related_count);
  error_code code;
  if (!given[n])
    code = error_set(e, ERR_USAGE,
                     "--related %s: expected NAME.OPTION=VALUE, for instance orders.path=new.csv",
                     given);
  else
    code = error_set(e, ERR_USAGE, "--related %s: the pack %s has no related list \"%s\"%s%s%s",
                     given, p->name, word, near ? "; did you mean \"" : "", near ? near : "",
                     near ? "\"?" : "");
  free(word);
  free(names);
  return code;
}

static error_code check_lists(const run_options *o, error *e) {
  for (size_t i = 0; o->related && i < o->related->count; i++) {
    const char *given = o->related->items[i].name;
    const size_t n = strcspn(given, ".");
    bool known = false;
    for (size_t k = 0; k < o->pack->related_count && !known && given[n]; k++)
      known = strlen(o->pack->related[k].name) == n && !strncmp(o->pack->related[k].name, given, n);
    if (!known) return unknown_list(o->pack, given, n, e);
  }
  return ERR_OK;
}

static over over_list(const run_options *o, const char *list) {
  over x = {0};
  const size_t n = strlen(list), count = o->related ? o->related->count : 0;
  x.items = mem_array(count + 1, sizeof *x.items);
  for (size_t i = 0; i < count; i++) {
    assay_setting s = o->related->items[i];
    if (strncmp(s.name, list, n) != 0 || s.name[n] != '.') continue;
    s.name += n + 1;
    if (!strcmp(s.name, "plugin"))
      x.plugin = s.value;
    else
      x.items[x.count++] = s;
  }
  return x;
}

static error_code find_related(const run_options *o, sources *out, error *e) {
  const pack *p = o->pack;
  error_code code = check_lists(o, e);
  out->related = mem_array(p->related_count + 1, sizeof *out->related);
  for (size_t i = 0; i < p->related_count && !code; i++) {
    over x = over_list(o, p->related[i].name);
    source *s = &out->related[i];
    error why = {0};
    code = find(o, &p->related[i].source, &x, s, &why);
    if (code) error_set(e, code, "related \"%s\": %s", p->related[i].name, why.message);
    free(x.items);
    out->related_count++;
    out->related_bytes += s->bytes;
  }
  return code;
}

error_code sources_find(const run_options *o, sources *out, error *e) {
  *out = (sources){0};
  const over x = {o->plugin, o->settings ? o->settings->items : NULL,
                  o->settings ? o->settings->count : 0};
  error_code code = find(o, &o->pack->source, &x, &out->customers, e);
  if (!code) code = find_related(o, out, e);
  size_t once = out->customers.once;
  for (size_t i = 0; i < out->related_count; i++) once += out->related[i].once;
  out->once = once > 0;
  if (!code && once > 1)
    code = error_set(e, ERR_USAGE, "only one source can read standard input (path=-), here are %zu",
                     once);
  if (code) sources_deinit(out);
  return code;
}

void sources_deinit(sources *s) {
  plugin_settings_deinit(&s->customers.settings);
  for (size_t i = 0; i < s->related_count; i++) plugin_settings_deinit(&s->related[i].settings);
  free(s->related);
  *s = (sources){0};
}
