/* Reads the parameters of a run. The file is small: a thousand rows would be strange. */
#include "params.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../base/date.h"
#include "../base/text.h"

#define FILE_MOST (1u << 20)

static error_code set_as_of(params *p, const char *value, const char *from, error *e) {
  if (moment_parse(value, strlen(value), &p->as_of)) {
    p->has_as_of = true;
    return ERR_OK;
  }
  buffer b = {0};
  text_printable(&b, value, strlen(value), 40);
  buffer_char(&b, 0);
  error_set(e, ERR_USAGE, "%s: as_of '%s' is not a moment; write it as 2025-09-26T15:00:00+08:00",
            from, b.data);
  buffer_deinit(&b);
  return ERR_USAGE;
}

/* `from` must live as long as the parameters. */
static error_code set(params *p, const char *name, const char *value, const char *from, error *e) {
  size_t i = 0;
  if (!strcmp(name, "as_of")) return set_as_of(p, value, from, e);
  while (i < p->count && strcmp(p->items[i].name, name) != 0) i++;
  if (i == p->count) {
    p->items = mem_grow(p->items, i + 1, sizeof *p->items);
    p->from = mem_grow(p->from, i + 1, sizeof *p->from);
    p->count++;
  }
  p->items[i] = (param_value){name, value};
  p->from[i] = from;
  return ERR_OK;
}

/* Takes one CSV field at *at, leaves *at behind it. NULL: a quote that does not end, or a stray
 * one. */
static char *take_field(arena *a, const char **at) {
  const char *p = *at;
  if (*p != '"') {
    const size_t n = strcspn(p, ",\r\n\"");
    *at = p + n;
    return p[n] == '"' ? NULL : arena_string_n(a, p, n);
  }
  char *out = arena_alloc(a, strlen(p)), *to = out;
  for (p++; *p; p++) {
    if (*p == '"' && *++p != '"') break;
    *to++ = *p;
  }
  *at = p;
  return p[-1] == '"' && strchr(",\r\n", *p) ? out : NULL;
}

static const char *line_end(const char *p) {
  if (*p == '\r') p++;
  return *p == '\n' ? p + 1 : p;
}

static error_code parse_rows(arena *a, const char *path, const char *p, params *out, error *e) {
  for (int line = 1; *p; line++) {
    char from[300];
    snprintf(from, sizeof from, "%.250s:%d", path, line);
    const char *name = take_field(a, &p), *value = NULL;
    if (name && *p == ',') {
      p++;
      value = take_field(a, &p);
    }
    const bool blank = name && !*name && !value && (*p == '\n' || *p == '\r' || !*p);
    if (!blank && (!name || !value || (*p && *p != '\r' && *p != '\n')))
      return error_set(e, ERR_USAGE, "%s: expected a row name,value", from);
    if (line == 1 && name && value && (strcmp(name, "name") != 0 || strcmp(value, "value") != 0))
      return error_set(e, ERR_USAGE, "%s: the first row is the header name,value; this is '%s,%s'",
                       from, name, value);
    if (line > 1 && !blank && set(out, name, value, arena_string(a, from), e)) return e->code;
    p = line_end(p);
  }
  return ERR_OK;
}

static error_code read_file(arena *a, const char *path, params *out, error *e) {
  FILE *f = fopen(path, "rb");
  if (!f) return error_set(e, ERR_USAGE, "--params %s: %s", path, strerror(errno));
  char *text = arena_alloc(a, FILE_MOST + 1);
  const size_t n = fread(text, 1, FILE_MOST, f);
  const bool failed = ferror(f) != 0, more = fgetc(f) != EOF;
  fclose(f);
  if (failed) return error_set(e, ERR_USAGE, "--params %s: it cannot be read", path);
  if (more) return error_set(e, ERR_USAGE, "--params %s: it is larger than 1 MB", path);
  if (memchr(text, 0, n) || !text_valid_utf8(text, n))
    return error_set(e, ERR_USAGE, "--params %s: it is not a UTF-8 text", path);
  if (n >= 3 && !memcmp(text, "\xEF\xBB\xBF", 3)) text += 3;
  if (!*text) return error_set(e, ERR_USAGE, "--params %s: it is empty", path);
  return parse_rows(a, path, text, out, e);
}

/* "--param big=much" */
static const char *shown(arena *a, const char *pair) {
  buffer b = {0};
  buffer_text(&b, "--param ");
  text_printable(&b, pair, strlen(pair), 60);
  const char *text = arena_string_n(a, b.data, b.size);
  buffer_deinit(&b);
  return text;
}

error_code params_read(arena *a, const arguments *from, params *out, error *e) {
  *out = (params){0};
  const char *path = arguments_value(from, "params"), *as_of = arguments_value(from, "as-of");
  if (path && read_file(a, path, out, e)) return e->code;
  for (size_t i = 0; i < from->count; i++) {
    const char *name, *value;
    if (strcmp(from->items[i].option->name, "param") != 0) continue;
    error_code code = option_pair(a, "param", from->items[i].value, &name, &value, e);
    if (!code) code = set(out, name, value, shown(a, from->items[i].value), e);
    if (code) return code;
  }
  return as_of ? set_as_of(out, as_of, "--as-of", e) : ERR_OK;
}

void params_deinit(params *p) {
  free(p->items);
  free(p->from);
}

/* Whether the pack makes a plan with these; else the first finding as an error, `from` before it. */
static error_code fits(const pack *p, const plan_options *o, const char *from, error *e) {
  findings found = {0};
  plan *made = plan_new(p, o, &found);
  error_code code = ERR_OK;
  for (size_t i = 0; !made && i < found.count && !code; i++)
    if (found.items[i].severity == SEVERITY_ERROR)
      code = error_set(e, ERR_USAGE, "%s: %s", from, found.items[i].message);
  if (made) plan_free(made);
  findings_deinit(&found);
  return code;
}

error_code params_blame(const pack *p, const plan_options *o, const params *all, error *e) {
  plan_options only = {.as_of = o->as_of};
  error_code code = ERR_OK;
  error ignored;
  if (fits(p, &only, "", &ignored)) return ERR_OK; /* the pack itself is wrong */
  only.param_count = 1;
  for (size_t i = 0; i < all->count && !code; i++) {
    only.params = &all->items[i];
    code = fits(p, &only, all->from[i], e);
  }
  only.param_count = 0;
  only.kernels = o->kernels;
  if (!code && o->kernels) code = fits(p, &only, "--kernels", e);
  if (code) return code;
  return error_set(e, ERR_USAGE, "the parameters given do not fit the pack %s together", p->name);
}
