/* The checks of `assay plugins test`: what an author gets wrong first, said in his words. */
#include "conformance.h"
#include "../base/text.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef struct suite {
  const assay_plugin *plugin;
  const plugin_settings *given;
  const char *data_folder;
  plugin_settings settings; /* checked */
  void (*report)(void *ctx, bool ok, const char *check, const char *detail);
  void *ctx;
  int failed;
  bool unopened; /* a required option was not given */
} suite;

static bool check(suite *t, bool ok, const char *name, const char *detail) {
  t->failed += !ok;
  t->report(t->ctx, ok, name, detail);
  return ok;
}

/* ---- the rules of Arrow */

static bool wrong(char *why, size_t room, const struct ArrowSchema *s, const char *what) {
  snprintf(why, room, "column \"%s\" (%s): %s", s->name ? s->name : "", s->format, what);
  return false;
}

/* Buffers of a column by its format; -1 if the format is unknown. */
static int buffer_count(const char *format) {
  switch (format[0]) {
  case 'n':
    return 0;
  case 'u':
  case 'U':
  case 'z':
  case 'Z':
    return 3;
  case '+':
    if (!strcmp(format, "+s")) return 1;
    if (!strcmp(format, "+l") || !strcmp(format, "+L")) return 2;
    return -1;
  case 'b':
  case 'c':
  case 'C':
  case 's':
  case 'S':
  case 'i':
  case 'I':
  case 'l':
  case 'L':
  case 'e':
  case 'f':
  case 'g':
  case 'd':
  case 't':
  case 'w':
    return 2;
  default:
    return -1;
  }
}

static bool offsets_run_forward(const struct ArrowArray *a, bool large, int64_t *last) {
  int64_t before = 0;
  for (int64_t i = a->offset; i <= a->offset + a->length; i++) {
    int64_t here =
        large ? ((const int64_t *)a->buffers[1])[i] : ((const int32_t *)a->buffers[1])[i];
    if (here < before) return false;
    before = here;
  }
  *last = before;
  return true;
}

static bool counts_agree(const struct ArrowArray *a) {
  const uint8_t *valid = a->n_buffers ? a->buffers[0] : NULL;
  int64_t nulls = 0;
  if (a->null_count < 0) return true;
  if (!valid) return a->null_count == 0 || a->n_buffers == 0;
  for (int64_t i = a->offset; i < a->offset + a->length; i++)
    nulls += !(valid[i >> 3] >> (i & 7) & 1);
  return nulls == a->null_count;
}

static bool text_is_utf8(const struct ArrowArray *a, bool large) {
  const uint8_t *valid = a->buffers[0];
  const char *bytes = a->buffers[2];
  for (int64_t i = a->offset; i < a->offset + a->length; i++) {
    const int64_t *wide = a->buffers[1];
    const int32_t *narrow = a->buffers[1];
    int64_t from = large ? wide[i] : narrow[i], to = large ? wide[i + 1] : narrow[i + 1];
    if (valid && !(valid[i >> 3] >> (i & 7) & 1)) continue;
    if (to > from && (!bytes || !text_valid_utf8(bytes + from, (size_t)(to - from)))) return false;
  }
  return true;
}

static bool leaf_is_sane(const struct ArrowSchema *s, const struct ArrowArray *a, char *why,
                         size_t room) {
  int64_t last = 0;
  bool text = strchr("uUzZ", s->format[0]) != NULL,
       list = s->format[0] == '+' && s->format[1] != 's';
  bool large = s->format[0] == 'U' || s->format[0] == 'Z' || !strcmp(s->format, "+L");
  if (a->length == 0) return true;
  if ((text || list || a->n_buffers == 2) && !a->buffers[1]) {
    return wrong(why, room, s, "its buffer 1 (values or offsets) is NULL");
  }
  if ((text || list) && !offsets_run_forward(a, large, &last)) {
    return wrong(why, room, s, "its offsets are negative or run backwards");
  }
  if (!counts_agree(a)) return wrong(why, room, s, "null_count is not the number of nulls");
  if ((s->format[0] == 'u' || s->format[0] == 'U') && !text_is_utf8(a, large)) {
    return wrong(why, room, s, "its text is not UTF-8; reject the row as ENCODING instead");
  }
  if (list && a->n_children == 1 && a->children[0]->length < last) {
    return wrong(why, room, s, "its offsets point past its child");
  }
  return true;
}

bool conformance_array(const struct ArrowSchema *schema, const struct ArrowArray *array, char *why,
                       size_t room) {
  int buffers = buffer_count(schema->format);
  if (schema->dictionary) { /* the indices; the words are a column of their own */
    if (!array->dictionary) return wrong(why, room, schema, "it has no dictionary");
    if (!conformance_array(schema->dictionary, array->dictionary, why, room)) return false;
  }
  if (!array->release) return wrong(why, room, schema, "the array is released already");
  if (array->length < 0 || array->offset < 0) {
    return wrong(why, room, schema, "its length or offset is negative");
  }
  if (buffers < 0) return true; /* a format that the cast refuses by name */
  if (array->n_buffers != buffers || (buffers && !array->buffers)) {
    char what[80];
    snprintf(what, sizeof what, "it has %lld buffers, expected %d", (long long)array->n_buffers,
             buffers);
    return wrong(why, room, schema, what);
  }
  if (array->n_children != schema->n_children) {
    return wrong(why, room, schema, "it has not as many children as its schema");
  }
  for (int64_t i = 0; i < array->n_children; i++) {
    if (!array->children || !array->children[i]) return wrong(why, room, schema, "a child is NULL");
    if (!conformance_array(schema->children[i], array->children[i], why, room)) return false;
    bool record = !strcmp(schema->format, "+s");
    if (record && array->children[i]->length < array->offset + array->length) {
      return wrong(why, room, schema->children[i], "it is shorter than the struct around it");
    }
  }
  return leaf_is_sane(schema, array, why, room);
}

/* ---- descriptor and options */

static void check_descriptor(suite *t) {
  const assay_plugin *p = t->plugin;
  check(t, p->version && *p->version, "descriptor: it has a version", "");
  check(t, p->summary && *p->summary, "descriptor: it has a summary", "");
  char bare[256] = "";
  for (size_t i = 0; i < p->option_count; i++) {
    const assay_option *o = &p->options[i];
    if (!o->help || !*o->help) snprintf(bare, sizeof bare, "%s has none", o->name);
  }
  check(t, !*bare, "options: each has a help text", bare);
  for (size_t i = 0; i < p->option_count; i++) {
    const assay_option *o = &p->options[i];
    if (!o->default_value || o->type == ASSAY_OPTION_MAP) continue;
    plugin_settings one = {(assay_setting[]){{o->name, NULL, o->default_value}}, 1}, out;
    error e = {0};
    bool ok = plugin_settings_check(p, &one, NULL, &out, &e) == ERR_OK;
    plugin_settings_deinit(&out);
    ok = ok || strstr(e.message, " is missing: "); /* another, required one */
    char name[160];
    snprintf(name, sizeof name, "options: the default of %s is a value of it", o->name);
    check(t, ok, name, ok ? "" : e.message);
  }
}

/* A required option that nobody gave: without it no source can be opened. */
static bool lacks_required(const suite *t) {
  for (size_t i = 0; i < t->plugin->option_count; i++) {
    const assay_option *o = &t->plugin->options[i];
    bool given = o->default_value || !(o->flags & ASSAY_OPTION_REQUIRED);
    for (size_t k = 0; k < t->given->count && !given; k++) {
      const char *name = t->given->items[k].name;
      size_t n = strlen(o->name);
      given = !strncmp(name, o->name, n) && (!name[n] || name[n] == '.');
    }
    if (!given) return true;
  }
  return false;
}

static bool check_settings(suite *t) {
  error e = {0};
  assay_setting *items = mem_array(t->given->count + 1, sizeof *items);
  if (t->given->count) memcpy(items, t->given->items, t->given->count * sizeof *items);
  items[t->given->count] = (assay_setting){"no_such_option", NULL, "1"};
  plugin_settings more = {items, t->given->count + 1}, out;
  bool refused = plugin_settings_check(t->plugin, &more, t->data_folder, &out, &e) != ERR_OK;
  plugin_settings_deinit(&out);
  free(items);
  check(t, refused, "options: an unknown one is refused", "");
  for (size_t i = 0; i < t->plugin->option_count; i++) {
    const assay_option *o = &t->plugin->options[i];
    if (!(o->flags & ASSAY_OPTION_REQUIRED) || o->default_value) continue;
    plugin_settings none = {0};
    refused = plugin_settings_check(t->plugin, &none, t->data_folder, &out, &e) != ERR_OK;
    plugin_settings_deinit(&out);
    check(t, refused, "options: a missing required one is refused", "");
    break;
  }
  t->unopened = lacks_required(t);
  if (t->unopened) return false;
  bool ok = plugin_settings_check(t->plugin, t->given, t->data_folder, &t->settings, &e) == ERR_OK;
  return check(t, ok, "options: those given are accepted", ok ? "" : e.message);
}

/* ---- opening */

static assay_request request_of(const plugin_settings *s) {
  return (assay_request){.struct_size = sizeof(assay_request),
                         .settings = s->items,
                         .setting_count = s->count,
                         .shards = 1,
                         .batch_rows = 64};
}

static void untouched(struct ArrowArrayStream *out) {
  memset(out, 0x5A, sizeof *out);
}

/* An open that must fail: with a message, and without a touch of what it was to fill. */
static void expect_refusal(suite *t, const assay_request *request, const char *what) {
  struct ArrowArrayStream out, before;
  assay_plugin_error problem = {.struct_size = sizeof problem};
  char name[200];
  untouched(&out);
  untouched(&before);
  int code = t->plugin->open(request, &out, &problem);
  problem.message[sizeof problem.message - 1] = 0;
  snprintf(name, sizeof name, "errors: %s is refused", what);
  if (!check(t, code != 0, name, code ? "" : "open gave a stream")) {
    out.release(&out);
    return;
  }
  snprintf(name, sizeof name, "errors: %s: the message says why", what);
  check(t, problem.message[0] != 0, name, problem.message);
  snprintf(name, sizeof name, "errors: %s: the stream is left alone", what);
  check(t, !memcmp(&out, &before, sizeof out), name, "");
}

/* Each path points to nothing: the one error that every source of files must give. */
static void check_bad_path(suite *t) {
  plugin_settings bad = {mem_array(t->settings.count + 1, sizeof(assay_setting)),
                         t->settings.count};
  bool found = false;
  for (size_t i = 0; i < bad.count; i++) {
    bad.items[i] = t->settings.items[i];
    for (size_t j = 0; j < t->plugin->option_count; j++) {
      const assay_option *o = &t->plugin->options[j];
      if (o->type != ASSAY_OPTION_PATH || strcmp(o->name, bad.items[i].name) != 0) continue;
      bad.items[i].value = "/nonexistent/assay-conformance/no-such-file";
      found = true;
    }
  }
  if (found) {
    assay_request request = request_of(&bad);
    expect_refusal(t, &request, "a file that does not exist");
  }
  free(bad.items);
}

/* A cursor or shard that is ignored would give wrong records; a source may know them, though. */
static void check_unknown_cursor(suite *t) {
  assay_request request = request_of(&t->settings);
  struct ArrowArrayStream out = {0};
  assay_plugin_error problem = {.struct_size = sizeof problem};
  request.cursor = "\x01 no cursor \x01";
  if (t->plugin->open(&request, &out, &problem) == 0) {
    out.release(&out);
    check(t, false, "errors: a cursor that makes no sense is refused", "open gave a stream");
    return;
  }
  check(t, problem.message[0] != 0, "errors: a cursor that makes no sense is refused",
        problem.message);
}

static bool open_stream(suite *t, const assay_request *request, struct ArrowArrayStream *out,
                        const char *name) {
  error e = {0};
  bool ok = plugin_open(t->plugin, request, out, &e) == ERR_OK;
  return check(t, ok, name, ok ? "" : e.message);
}

/* ---- the stream */

static bool schema_is_sane(const struct ArrowSchema *s, char *why, size_t room) {
  if (s->n_children < 1 || !s->children) {
    snprintf(why, room, "it has no columns");
    return false;
  }
  for (int64_t i = 0; i < s->n_children; i++) {
    const struct ArrowSchema *c = s->children[i];
    if (!c || !c->format || !c->release || !c->name || !*c->name) {
      snprintf(why, room, "column number %lld has no name or no format", (long long)i + 1);
      return false;
    }
    if (buffer_count(c->format) < 0) return wrong(why, room, c, "assay cannot read this type");
    for (int64_t j = 0; j < i; j++) {
      if (!strcmp(c->name, s->children[j]->name)) return wrong(why, room, c, "it is there twice");
    }
  }
  return true;
}

/* Reads to the end. Returns the number of rows, or -1 after a failed check. */
static int64_t read_all(suite *t, struct ArrowArrayStream *in, const struct ArrowSchema *schema) {
  int64_t rows = 0;
  char why[300] = "";
  for (;;) {
    struct ArrowArray array = {0};
    int code = in->get_next(in, &array);
    if (code) {
      const char *said = in->get_last_error(in);
      check(t, false, "stream: it can be read to its end",
            said ? said : "get_last_error is silent");
      return -1;
    }
    if (!array.release) break;
    bool sane = conformance_array(schema, &array, why, sizeof why);
    rows += array.length;
    array.release(&array);
    bool gone = array.release == NULL;
    if (!sane) check(t, false, "stream: the arrays keep Arrow's rules", why);
    if (!gone) check(t, false, "stream: a released array has no release", "");
    if (!sane || !gone) return -1;
  }
  snprintf(why, sizeof why, "%lld records", (long long)rows);
  check(t, true, "stream: it can be read to its end", why);
  check(t, true, "stream: the arrays keep Arrow's rules", "");
  struct ArrowArray after = {0};
  int code = in->get_next(in, &after);
  bool ended = code == 0 && !after.release;
  if (after.release) after.release(&after);
  check(t, ended, "stream: after its end it stays at its end", "");
  return rows;
}

static void release_stream(suite *t, struct ArrowArrayStream *in, const char *name) {
  in->release(in);
  check(t, in->release == NULL, name, in->release ? "release must set itself to NULL" : "");
}

static void check_whole(suite *t, struct ArrowSchema *schema, int64_t *rows) {
  struct ArrowArrayStream in;
  assay_request request = request_of(&t->settings);
  char why[300] = "";
  *rows = -1;
  if (!open_stream(t, &request, &in, "stream: it opens")) return;
  if (in.get_schema(&in, schema) == 0) {
    bool sane = schema_is_sane(schema, why, sizeof why);
    if (check(t, sane, "schema: every column has a name and a type", why)) {
      *rows = read_all(t, &in, schema);
    }
  }
  release_stream(t, &in, "stream: it is released");
}

/* A run may stop at any time. */
static void check_early_release(suite *t) {
  struct ArrowArrayStream in;
  struct ArrowSchema schema = {0};
  struct ArrowArray array = {0};
  assay_request request = request_of(&t->settings);
  if (!open_stream(t, &request, &in, "release: the stream opens a second time")) return;
  if (in.get_schema(&in, &schema) == 0) schema.release(&schema);
  release_stream(t, &in, "release: after the schema");
  if (!open_stream(t, &request, &in, "release: the stream opens a third time")) return;
  int code = in.get_next(&in, &array);
  release_stream(t, &in, "release: after one array");
  /* an array outlives its stream */
  if (code == 0 && array.release) array.release(&array);
  check(t, array.release == NULL, "release: an array after its stream", "");
}

static void check_cancel(suite *t) {
  struct ArrowArrayStream in;
  struct ArrowArray array = {0};
  int cancel = 1;
  assay_request request = request_of(&t->settings);
  request.cancel = &cancel;
  assay_plugin_error problem = {.struct_size = sizeof problem};
  if (t->plugin->open(&request, &in, &problem)) {
    check(t, problem.message[0] != 0, "cancel: a cancelled read ends", problem.message);
    return;
  }
  int code = 0;
  for (int i = 0; i < 100 && code == 0; i++) {
    code = in.get_next(&in, &array);
    if (code || !array.release) break;
    array.release(&array);
  }
  bool ended = code || !array.release;
  check(t, ended, "cancel: a cancelled read ends", ended ? "" : "it still gives arrays after 100");
  in.release(&in);
}

/* Asks for one column only; a source that gives more is not wrong, but slow. */
static void check_projection(suite *t, const struct ArrowSchema *all, int64_t rows) {
  struct ArrowArrayStream in;
  struct ArrowSchema schema = {0};
  const char *field = NULL;
  for (int64_t i = 0; !field && i < all->n_children; i++) {
    if (!all->children[i]->metadata) field = all->children[i]->name;
  }
  if (!field) return;
  assay_request request = request_of(&t->settings);
  request.fields = &field;
  request.field_count = 1;
  if (!open_stream(t, &request, &in, "projection: it opens with one wanted field")) return;
  int64_t others = 0;
  bool there = false;
  if (in.get_schema(&in, &schema) == 0) {
    for (int64_t i = 0; i < schema.n_children; i++) {
      bool wanted = !strcmp(schema.children[i]->name, field);
      there = there || wanted;
      others += !wanted && !schema.children[i]->metadata;
    }
    check(t, there, "projection: the wanted field is there", field);
    check(t, others == 0, "projection: no other field is", others ? "only what is asked for" : "");
    int64_t again = read_all(t, &in, &schema);
    check(t, again == rows, "projection: the number of records is the same", "");
    schema.release(&schema);
  }
  in.release(&in);
}

error_code conformance_run(const assay_plugin *p, const plugin_settings *s, const char *data_folder,
                           void (*report)(void *ctx, bool ok, const char *check,
                                          const char *detail),
                           void *ctx) {
  static const plugin_settings none = {0};
  suite t = {.plugin = p,
             .given = s ? s : &none,
             .data_folder = data_folder,
             .report = report,
             .ctx = ctx};
  struct ArrowSchema schema = {0};
  int64_t rows = -1;
  check_descriptor(&t);
  if (check_settings(&t)) {
    check_bad_path(&t);
    check_unknown_cursor(&t);
    check_whole(&t, &schema, &rows);
    if (rows >= 0) {
      check_early_release(&t);
      check_cancel(&t);
      check_projection(&t, &schema, rows);
    }
    if (schema.release) schema.release(&schema);
  }
  plugin_settings_deinit(&t.settings);
  if (t.failed) return ERR_SOURCE;
  return t.unopened ? ERR_USAGE : ERR_OK;
}
