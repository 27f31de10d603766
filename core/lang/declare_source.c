/* Where records come from: source { ... }, and related "name" { ... }, records of a source of their
 * own that are joined to the customer whose key they carry, as a field that is a list.
 *
 * What a plugin's options mean is not known here: names and values are kept as they are written, and
 * checked against the plugin when the pack is checked or run. */
#include "declare.h"

#include <string.h>

/* ---- the options of a source ---- */

static void add_setting(const body *b, pack_source *out, const char *name, const char *key,
                        const char *value) {
  arena *a = &b->l->pack->arena;
  *ARENA_PUSH(a, out->settings.items, out->settings.count) = (assay_setting){name, key, value};
}

/* An option that is a table: name = { KEY = value } gives name.KEY=value pairs. */
static void read_map(const body *b, const char *name, pack_source *out) {
  body map;
  size_t count;
  if (!body_open_key(b, name, &map)) return;
  map.what = arena_format(&b->l->pack->arena, "%s of %s", name, b->what);
  body_check(&map, NULL, 0, false);
  const named_entry *entries = body_named(&map, &count);
  for (size_t i = 0; i < count; i++) {
    rule_text t = {0};
    if (body_text(&map, entries[i].name, &t)) add_setting(b, out, name, entries[i].name, t.text);
  }
  body_close(&map);
}

static void read_option(const body *b, const char *name, pack_source *out) {
  rule_text t = {0};
  bool table = body_push_key(b, name) == LUA_TTABLE;
  lua_pop(b->L, 1);
  if (table && strcmp(name, "missing") == 0)
    body_strings(b, name, &out->missing_count, &out->missing);
  else if (table)
    read_map(b, name, out);
  else if (body_text(b, name, &t))
    add_setting(b, out, name, NULL, t.text);
}

static void read_source(const body *b, pack_source *out) {
  size_t count;
  out->at = b->at;
  body_check(b, NULL, 0, false);
  body_find_twice(b, "option");
  out->plugin = body_string(b, "plugin");
  if (!out->plugin)
    declare_error(b->l, b->at, "%s does not say which plugin reads it: plugin = \"csv\"", b->what);
  const named_entry *entries = body_named(b, &count);
  for (size_t i = 0; i < count; i++)
    if (strcmp(entries[i].name, "plugin") != 0) read_option(b, entries[i].name, out);
}

static int word_source(lua_State *L) {
  body b;
  if (!declare_plain(L, "source", &b)) return 0;
  if (b.l->source)
    declare_error(b.l, b.at, "source { ... } stands twice");
  else
    read_source(&b, &b.l->pack->source);
  b.l->source = true;
  return 0;
}

/* ---- related "name" { ... } ---- */

static void read_related_source(const body *b, const char *name, pack_source *out) {
  body source;
  if (!body_open_key(b, "source", &source)) {
    if (!body_has(b, "source"))
      declare_error(b->l, b->at,
                    "%s does not say where its records come from: "
                    "source = { plugin = \"csv\", path = \"%s.csv\" }",
                    b->what, name);
    return;
  }
  source.what = arena_format(&b->l->pack->arena, "source of %s", b->what);
  read_source(&source, out);
  body_close(&source);
}

/* The schema of what the source gives: the customer's key, then the fields of a record. */
static void join_schema(const body *b, const schema *record, const char *key, pack_related *r) {
  arena *a = &b->l->pack->arena;
  place at = body_key_at(b, "key");
  field *fields = arena_array(a, record->count + 1, sizeof *fields);
  fields[0] = (field){.name = key,
                      .column = key,
                      .type = {.kind = TYPE_KEY, .denominator = 1},
                      .required = true,
                      .file = at.file,
                      .line = at.line};
  for (size_t i = 0; i < record->count; i++) {
    const field *f = &record->fields[i];
    fields[i + 1] = *f;
    if (strcmp(f->column, key) == 0)
      declare_error(b->l, (place){f->file, f->line},
                    "the field \"%s\" reads the column \"%s\", which is the key of %s; a record "
                    "need not hold the key of its customer again",
                    f->name, key, b->what);
  }
  r->schema = (schema){.count = record->count + 1,
                       .fields = fields,
                       .missing = r->source.missing,
                       .missing_count = r->source.missing_count,
                       .zone = b->l->pack->zone};
}

static void read_record(const body *b, schema *out) {
  body fields;
  if (!body_open_key(b, "fields", &fields)) {
    if (!body_has(b, "fields"))
      declare_error(b->l, b->at,
                    "%s does not say what a record holds: "
                    "fields = { due_date = date, amount = money }",
                    b->what);
    return;
  }
  fields.what = arena_format(&b->l->pack->arena, "fields of %s", b->what);
  declare_record(&fields, out);
  body_close(&fields);
}

static const char *read_key(const body *b) {
  const char *key = body_string(b, "key");
  if (!key && !body_has(b, "key"))
    declare_error(b->l, b->at,
                  "%s does not say which column holds the customer's key: key = \"customer_id\"",
                  b->what);
  if (key && !*key) declare_error(b->l, body_key_at(b, "key"), "key of %s is empty", b->what);
  return key ? key : "";
}

static void fill_related(body *b, const char *name) {
  static const char *const keys[] = {"source", "key", "fields", "where"};
  pack *p = b->l->pack;
  declare_after_company(b);
  body_check(b, COUNTED(keys), false);
  pack_related r = {.name = name, .at = b->at};
  schema *record = arena_alloc(&p->arena, sizeof *record);
  read_related_source(b, name, &r.source);
  read_record(b, record);
  join_schema(b, record, read_key(b), &r);
  if (body_has(b, "where")) {
    r.where.text = body_string(b, "where");
    r.where.at = body_key_at(b, "where");
  }
  if (!declare_name(b->l, b->at, "related list", name, true)) return;
  *ARENA_PUSH(&p->arena, p->related, p->related_count) = r;
}

static int word_related(lua_State *L) {
  static const named_word w = {"related", fill_related};
  return declare_named(L, &w);
}

void declare_join(loader *l) {
  pack *p = l->pack;
  size_t own = p->schema.count, count = own + p->related_count;
  if (!p->related_count) return;
  field *fields = arena_array(&p->arena, count, sizeof *fields);
  if (own) memcpy(fields, p->schema.fields, own * sizeof *fields);
  for (size_t i = 0; i < p->related_count; i++) {
    pack_related *r = &p->related[i];
    schema *record = arena_alloc(&p->arena, sizeof *record);
    *record = r->schema;
    record->fields++;
    record->count--;
    r->field = own + i;
    fields[r->field] = (field){.name = r->name,
                               .column = r->name,
                               .type = {.kind = TYPE_LIST, .denominator = 1, .record = record},
                               .joined = true,
                               .file = r->at.file,
                               .line = r->at.line};
  }
  p->schema.fields = fields;
  p->schema.count = count;
}

const declaration declare_source_words[] = {
    {"source", word_source}, {"related", word_related}, {NULL, NULL}};
