/* What a person says about a source, checked against what the plugin says about itself. */
#include "plugin_host.h"
#include "../base/memory.h"
#include "../base/number.h"
#include "../base/text.h"
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void plugin_settings_deinit(plugin_settings *s) {
  for (size_t i = 0; i < s->count; i++) {
    free((void *)s->items[i].name);
    free((void *)s->items[i].key);
    free((void *)s->items[i].value);
  }
  free(s->items);
  *s = (plugin_settings){0};
}

static const assay_option *find_option(const assay_plugin *p, const char *name, size_t n) {
  for (size_t i = 0; i < p->option_count; i++) {
    const assay_option *o = &p->options[i];
    if (strlen(o->name) == n && !memcmp(o->name, name, n)) return o;
  }
  return NULL;
}

static error_code unknown_option(const assay_plugin *p, const char *name, error *e) {
  const char **names = mem_array(p->option_count + 1, sizeof *names);
  buffer known = {0};
  for (size_t i = 0; i < p->option_count; i++) {
    names[i] = p->options[i].name;
    bool map = p->options[i].type == ASSAY_OPTION_MAP;
    buffer_format(&known, "%s%s%s", i ? ", " : "", names[i], map ? ".KEY" : "");
  }
  if (!p->option_count) buffer_text(&known, "no options");
  const char *near = text_suggest(name, names, p->option_count);
  error_code code = error_set(e, ERR_PACK, "source %s has no option \"%s\"%s%s%s %s", p->name, name,
                              near ? "; did you mean \"" : "", near ? near : "",
                              near ? "\"? It has" : "; it has", known.data);
  free(names);
  buffer_deinit(&known);
  return code;
}

/* ---- values */

static bool is_choice(const char *choices, const char *value) {
  size_t n = strlen(value);
  while (*choices) {
    size_t m = strcspn(choices, "|");
    if (m == n && !memcmp(choices, value, n)) return true;
    choices += choices[m] ? m + 1 : m;
  }
  return false;
}

/* The choice that may have been meant; free() it. */
static char *near_choice(const char *choices, const char *value) {
  const char *words[64];
  size_t count = 0;
  char *copy = mem_string(choices), *rest = copy;
  for (char *word; count < 64 && (word = strsep(&rest, "|"));) words[count++] = word;
  const char *near = text_suggest(value, words, count);
  char *result = near ? mem_string(near) : NULL;
  free(copy);
  return result;
}

static error_code wrong_value(const assay_plugin *p, const assay_option *o, const char *value,
                              const char *expected, error *e) {
  buffer shown = {0};
  if (o->flags & ASSAY_OPTION_SECRET)
    buffer_text(&shown, "***");
  else
    text_printable(&shown, value, strlen(value), 60);
  buffer_text(&shown, "");
  char *near = o->type == ASSAY_OPTION_CHOICE ? near_choice(o->choices, value) : NULL;
  error_code code =
      error_set(e, ERR_PACK, "source %s: %s=%s: expected %s%s%s%s", p->name, o->name, shown.data,
                expected, near ? "; did you mean \"" : "", near ? near : "", near ? "\"?" : "");
  free(near);
  buffer_deinit(&shown);
  return code;
}

static error_code check_value(const assay_plugin *p, const assay_option *o, const char *value,
                              error *e) {
  int64_t number;
  char expected[256];
  switch (o->type) {
  case ASSAY_OPTION_INTEGER:
    if (integer_parse(value, strlen(value), &number) == PARSE_OK) return ERR_OK;
    return wrong_value(p, o, value, "an integer", e);
  case ASSAY_OPTION_BOOLEAN:
    if (!strcmp(value, "true") || !strcmp(value, "false")) return ERR_OK;
    return wrong_value(p, o, value, "true or false", e);
  case ASSAY_OPTION_CHOICE:
    if (is_choice(o->choices, value)) return ERR_OK;
    snprintf(expected, sizeof expected, "one of %s", o->choices);
    return wrong_value(p, o, value, expected, e);
  case ASSAY_OPTION_PATH:
    if (*value) return ERR_OK;
    return wrong_value(p, o, value, "a path, it is empty", e);
  default:
    return ERR_OK;
  }
}

static char *resolve(const assay_option *o, const char *value, const char *data_folder) {
  bool relative = o->type == ASSAY_OPTION_PATH && *value != '/' && strcmp(value, "-") != 0;
  if (!relative || !data_folder || !*data_folder) return mem_string(value);
  buffer path = {0};
  bool slash = data_folder[strlen(data_folder) - 1] == '/';
  buffer_format(&path, "%s%s%s", data_folder, slash ? "" : "/", value);
  return path.data;
}

/* ---- the list */

static assay_setting *find_setting(const plugin_settings *s, const char *name, const char *key) {
  for (size_t i = 0; i < s->count; i++) {
    assay_setting *t = &s->items[i];
    if (!strcmp(t->name, name) && (!key || (t->key && !strcmp(t->key, key)))) return t;
  }
  return NULL;
}

static void put(plugin_settings *s, const assay_option *o, const char *key, char *value) {
  assay_setting *t = find_setting(s, o->name, key);
  if (t) {
    free((void *)t->value);
    t->value = value;
    return;
  }
  s->items = mem_grow(s->items, s->count + 1, sizeof *s->items);
  s->items[s->count++] = (assay_setting){mem_string(o->name), key ? mem_string(key) : NULL, value};
}

static error_code take(const assay_plugin *p, const assay_setting *given, const char *data_folder,
                       plugin_settings *out, error *e) {
  const char *key = given->key, *value = given->value ? given->value : "";
  size_t n = strlen(given->name);
  const assay_option *o = find_option(p, given->name, n);
  if (!o && !key) { /* "column.id": the name of a map, and the key */
    n = strcspn(given->name, ".");
    o = given->name[n] ? find_option(p, given->name, n) : NULL;
    key = o ? given->name + n + 1 : NULL;
  }
  if (!o) return unknown_option(p, given->name, e);
  bool map = o->type == ASSAY_OPTION_MAP;
  if (map && (!key || !*key)) {
    return error_set(e, ERR_PACK, "source %s: option %s needs a key: %s.KEY=VALUE", p->name,
                     o->name, o->name);
  }
  if (!map && key) {
    return error_set(e, ERR_PACK, "source %s: option %s takes no key, \"%s\" was given", p->name,
                     o->name, key);
  }
  error_code code = check_value(p, o, value, e);
  if (!code) put(out, o, key, resolve(o, value, data_folder));
  return code;
}

static error_code fill_defaults(const assay_plugin *p, const char *data_folder,
                                plugin_settings *out, error *e) {
  for (size_t i = 0; i < p->option_count; i++) {
    const assay_option *o = &p->options[i];
    if (find_setting(out, o->name, NULL)) continue;
    if (o->default_value && o->type != ASSAY_OPTION_MAP) {
      put(out, o, NULL, resolve(o, o->default_value, data_folder));
    } else if (o->flags & ASSAY_OPTION_REQUIRED) {
      return error_set(e, ERR_PACK, "source %s: option %s is missing: %s", p->name, o->name,
                       o->help ? o->help : "it is required");
    }
  }
  return ERR_OK;
}

error_code plugin_settings_check(const assay_plugin *p, const plugin_settings *given,
                                 const char *data_folder, plugin_settings *out, error *e) {
  error_code code = ERR_OK;
  *out = (plugin_settings){0};
  for (size_t i = 0; !code && given && i < given->count; i++) {
    code = take(p, &given->items[i], data_folder, out, e);
  }
  if (!code) code = fill_defaults(p, data_folder, out, e);
  if (code) plugin_settings_deinit(out);
  return code;
}

char *plugin_describe(const assay_plugin *p, const plugin_settings *s) {
  buffer out = {0};
  buffer_text(&out, p->name);
  for (size_t i = 0; i < s->count; i++) {
    const assay_setting *t = &s->items[i];
    const assay_option *o = find_option(p, t->name, strlen(t->name));
    if (o && o->default_value && !strcmp(o->default_value, t->value)) continue;
    buffer_format(&out, " %s%s%s=", t->name, t->key ? "." : "", t->key ? t->key : "");
    if (!o || o->flags & ASSAY_OPTION_SECRET)
      buffer_text(&out, "***");
    else
      text_printable(&out, t->value, strlen(t->value), 200);
  }
  buffer_text(&out, "");
  return out.data;
}
