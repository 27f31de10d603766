/* See store_schema.h. Every name and text from outside is quoted here and nowhere else. */
#include "store_schema.h"
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include "../base/json.h"
#include "../base/text.h"

/* Version 1. The tables of the runs themselves are made by schema_run_tables. */
static const char version_1[] =
    "CREATE TABLE pack ("
    "  name TEXT NOT NULL PRIMARY KEY,"
    "  view TEXT NOT NULL UNIQUE COLLATE NOCASE"
    ") STRICT, WITHOUT ROWID;"
    "CREATE TABLE run ("
    "  run_id INTEGER PRIMARY KEY,"
    "  pack TEXT NOT NULL REFERENCES pack (name),"
    "  as_of TEXT NOT NULL,"
    "  status TEXT NOT NULL"
    "    CHECK (status IN ('running', 'published', 'superseded', 'expired', 'discarded')),"
    "  started_at TEXT NOT NULL,"
    "  finished_at TEXT,"
    "  records INTEGER NOT NULL DEFAULT 0,"
    "  graded INTEGER NOT NULL DEFAULT 0,"
    "  errors INTEGER NOT NULL DEFAULT 0,"
    "  rejected INTEGER NOT NULL DEFAULT 0,"
    "  duplicates INTEGER NOT NULL DEFAULT 0,"
    "  pack_hash TEXT NOT NULL,"
    "  title TEXT, title_zh TEXT, currency TEXT,"
    "  source TEXT,"
    "  params TEXT,"
    "  report TEXT,"
    "  key_field TEXT NOT NULL,"
    "  outputs TEXT NOT NULL,"
    "  inputs TEXT NOT NULL,"
    "  bytes INTEGER NOT NULL DEFAULT 0,"
    "  note TEXT,"
    "  stored INTEGER NOT NULL DEFAULT 1 CHECK (stored IN (0, 1))"
    ") STRICT;"
    "CREATE UNIQUE INDEX run_published ON run (pack) WHERE status = 'published';"
    "CREATE INDEX run_stored ON run (status) WHERE stored = 1;"
    "CREATE TABLE claim ("
    "  pack TEXT NOT NULL PRIMARY KEY REFERENCES pack (name),"
    "  run_id INTEGER NOT NULL REFERENCES run (run_id),"
    "  pid INTEGER NOT NULL,"
    "  process TEXT NOT NULL,"
    "  since TEXT NOT NULL"
    ") STRICT, WITHOUT ROWID;"
    "CREATE TABLE pack_archive ("
    "  hash TEXT NOT NULL, name TEXT NOT NULL, content BLOB NOT NULL,"
    "  PRIMARY KEY (hash, name)"
    ") STRICT;"
    "CREATE TABLE reason_text ("
    "  pack_hash TEXT NOT NULL, code TEXT NOT NULL, language TEXT NOT NULL, text TEXT NOT NULL,"
    "  PRIMARY KEY (pack_hash, code, language)"
    ") STRICT, WITHOUT ROWID;";

/* Version 2: which codes of a pack are alerts. */
static const char version_2[] =
    "CREATE TABLE alert ("
    "  pack_hash TEXT NOT NULL, number INTEGER NOT NULL, list TEXT NOT NULL, code TEXT NOT NULL,"
    "  severity TEXT NOT NULL,"
    "  PRIMARY KEY (pack_hash, number)"
    ") STRICT, WITHOUT ROWID;";

/* Version 3: what the related lists of a run had (store_related.c). */
static const char version_3[] = "ALTER TABLE run ADD COLUMN related TEXT;";

/* Version 4: totals and cut points of a run. */
static const char version_4[] =
    "CREATE TABLE population ("
    "  run_id INTEGER NOT NULL REFERENCES run (run_id), number INTEGER NOT NULL,"
    "  step TEXT NOT NULL, within TEXT, place INTEGER NOT NULL, value TEXT,"
    "  records INTEGER NOT NULL,"
    "  PRIMARY KEY (run_id, number)"
    ") STRICT, WITHOUT ROWID;";

/* Version 5: notifications that wait to be sent (outbox.c), and what was told already. Moments are UTC
 * milliseconds. */
static const char version_5[] =
    "CREATE TABLE outbox ("
    "  id INTEGER PRIMARY KEY, event_id TEXT NOT NULL UNIQUE,"
    "  pack TEXT NOT NULL, channel TEXT NOT NULL, event TEXT NOT NULL,"
    "  payload TEXT NOT NULL, subject TEXT NOT NULL, body TEXT NOT NULL,"
    "  created INTEGER NOT NULL, next INTEGER NOT NULL, give_up INTEGER NOT NULL,"
    "  attempts INTEGER NOT NULL DEFAULT 0,"
    "  state TEXT NOT NULL CHECK (state IN ('waiting', 'sent', 'failed')),"
    "  finished INTEGER, why TEXT"
    ") STRICT;"
    "CREATE INDEX outbox_waiting ON outbox (next, id) WHERE state = 'waiting';"
    "CREATE TABLE incident ("
    "  pack TEXT NOT NULL, channel TEXT NOT NULL, event TEXT NOT NULL, about TEXT NOT NULL,"
    "  since INTEGER NOT NULL, times INTEGER NOT NULL, told INTEGER NOT NULL,"
    "  PRIMARY KEY (pack, channel, event, about)"
    ") STRICT, WITHOUT ROWID;";

/* Version 6: how far the schedules are (store_schedule.c). Moments are UTC seconds, NULL = none. */
static const char version_6[] =
    "CREATE TABLE schedule ("
    "  pack TEXT NOT NULL, name TEXT NOT NULL, times TEXT NOT NULL,"
    "  settled INTEGER, behind INTEGER,"
    "  phase TEXT NOT NULL CHECK (phase IN ('idle', 'running', 'retry')),"
    "  stopping TEXT NOT NULL,"
    "  due INTEGER, attempt INTEGER NOT NULL, first_start INTEGER, retry_at INTEGER,"
    "  waiting TEXT NOT NULL,"
    "  last_due INTEGER, last_started INTEGER, last_finished INTEGER, last_result TEXT NOT NULL,"
    "  missed INTEGER NOT NULL, overlapped INTEGER NOT NULL,"
    "  PRIMARY KEY (pack, name)"
    ") STRICT, WITHOUT ROWID;";

/* Version 7: the log of runs (store_jobs.c), and tokens of the API (store_tokens.c). */
static const char version_7[] =
    "CREATE TABLE job ("
    "  job_id INTEGER PRIMARY KEY,"
    "  pack TEXT NOT NULL,"
    "  asked_by TEXT NOT NULL CHECK (asked_by IN ('schedule', 'api', 'command')),"
    "  schedule TEXT, who TEXT,"
    "  as_of INTEGER, due INTEGER, asked INTEGER NOT NULL, started INTEGER, finished INTEGER,"
    "  state TEXT NOT NULL"
    "    CHECK (state IN ('waiting', 'running', 'done', 'failed', 'cancelled', 'lost')),"
    "  run_id INTEGER, attempt INTEGER NOT NULL DEFAULT 1,"
    "  code INTEGER NOT NULL DEFAULT 0, message TEXT,"
    "  records INTEGER NOT NULL DEFAULT 0, graded INTEGER NOT NULL DEFAULT 0,"
    "  errors INTEGER NOT NULL DEFAULT 0, rejected INTEGER NOT NULL DEFAULT 0,"
    "  duplicates INTEGER NOT NULL DEFAULT 0, seconds REAL NOT NULL DEFAULT 0, times TEXT"
    ") STRICT;"
    "CREATE INDEX job_pack ON job (pack, job_id);"
    "CREATE TABLE token ("
    "  token_id INTEGER PRIMARY KEY, name TEXT NOT NULL, hash TEXT NOT NULL UNIQUE,"
    "  scopes TEXT NOT NULL, packs TEXT,"
    "  created INTEGER NOT NULL, expires INTEGER, revoked INTEGER"
    ") STRICT;";

const char *const schema_migrations[] = {version_1, version_2, version_3, version_4,
                                         version_5, version_6, version_7};

/* ---- names ---- */

void sql_name(buffer *out, const char *name) {
  buffer_char(out, '"');
  for (; *name; name++) {
    if (*name == '"') buffer_char(out, '"');
    buffer_char(out, *name);
  }
  buffer_char(out, '"');
}

void sql_literal(buffer *out, const char *text) {
  buffer_char(out, '\'');
  for (; *text; text++) {
    if (*text == '\'') buffer_char(out, '\'');
    buffer_char(out, *text);
  }
  buffer_char(out, '\'');
}

typedef struct name_set {
  arena *arena;
  const char **names;
  size_t count, capacity;
} name_set;

static bool name_taken(const name_set *s, const char *name) {
  for (size_t i = 0; i < s->count; i++)
    if (strcasecmp(s->names[i], name) == 0) return true;
  return false;
}

static const char *name_claim(name_set *s, const char *wanted) {
  const char *name = arena_string(s->arena, wanted);
  for (int n = 2; name_taken(s, name); n++) name = arena_format(s->arena, "%s_%d", wanted, n);
  if (s->count == s->capacity) {
    s->capacity = s->capacity ? s->capacity * 2 : 32;
    s->names = mem_grow(s->names, s->capacity, sizeof *s->names);
  }
  return s->names[s->count++] = name;
}

void layout_init(layout *l, arena *a, const char *key, const store_column *outputs, size_t count) {
  static const char *const own[] = {"sequence", "key", "failed", "position", "inputs", "rowid"};
  *l = (layout){.outputs = outputs, .count = count};
  l->table = arena_array(a, count, sizeof *l->table);
  l->den = arena_array(a, count, sizeof *l->den);
  l->view = arena_array(a, count, sizeof *l->view);
  name_set table = {.arena = a}, view = {.arena = a};
  for (size_t i = 0; i < sizeof own / sizeof *own; i++) name_claim(&table, own[i]);
  l->key = name_claim(&view, key);
  l->status = name_claim(&view, "status");
  l->run_id = name_claim(&view, "run_id");
  for (size_t i = 0; i < count; i++) {
    l->table[i] = name_claim(&table, outputs[i].name);
    l->view[i] = name_claim(&view, outputs[i].name);
  }
  for (size_t i = 0; i < count; i++)
    if (outputs[i].type.kind == TYPE_RATIO)
      l->den[i] = name_claim(&table, arena_format(a, "%s_den", outputs[i].name));
  free(table.names);
  free(view.names);
}

char *schema_view(arena *a, const char *pack) {
  char *view = arena_format(a, "current_%s", pack);
  for (char *p = view; *p; p++)
    if (*p == '-') *p = '_';
  return view;
}

/* ---- a run's tables ---- */

static const char *sql_type(type_kind kind) {
  switch (kind) {
  case TYPE_INTEGER:
  case TYPE_MONEY:
  case TYPE_DECIMAL:
  case TYPE_BOOLEAN:
  case TYPE_DATE:
  case TYPE_TIMESTAMP:
  case TYPE_RATIO:
    return "INTEGER";
  case TYPE_NUMBER:
    return "REAL";
  default:
    return "TEXT";
  }
}

/* The columns stand in this order in batch_rows too. */
void schema_run_tables(buffer *out, const layout *l, int64_t run_id) {
  buffer_format(out,
                "CREATE TABLE decision_%lld (sequence INTEGER PRIMARY KEY, key TEXT NOT NULL, "
                "failed INTEGER NOT NULL, position INTEGER",
                (long long)run_id);
  for (size_t i = 0; i < l->count; i++) {
    buffer_text(out, ", ");
    sql_name(out, l->table[i]);
    buffer_format(out, " %s", sql_type(l->outputs[i].type.kind));
    if (!l->den[i]) continue;
    buffer_text(out, ", ");
    sql_name(out, l->den[i]);
    buffer_text(out, " INTEGER");
  }
  buffer_text(out, ", inputs BLOB) STRICT;");
  buffer_format(out,
                "CREATE TABLE outcome_%lld (sequence INTEGER PRIMARY KEY, kind TEXT NOT NULL, "
                "position INTEGER, key TEXT, code TEXT NOT NULL, field TEXT, rule TEXT, file TEXT, "
                "line INTEGER, value TEXT, message TEXT, inputs BLOB) STRICT;",
                (long long)run_id);
}

void schema_run_indexes(buffer *out, int64_t run_id) {
  long long id = (long long)run_id;
  buffer_format(out, "CREATE UNIQUE INDEX decision_%lld_key ON decision_%lld (key);", id, id);
  buffer_format(out, "CREATE INDEX outcome_%lld_key ON outcome_%lld (key);", id, id);
}

/* ---- views ---- */

void schema_written(buffer *out, const char *stored, const char *den, value_type type) {
  int64_t unit = pow10_i64(type.digits);
  if (!den && type.denominator == unit) {
    sql_name(out, stored);
    return;
  }
  buffer d = {0};
  if (den)
    sql_name(&d, den);
  else
    buffer_format(&d, "%lld", (long long)type.denominator);
  buffer_text(out, "(CASE WHEN ");
  sql_name(out, stored);
  buffer_text(out, " < 0 THEN -1 ELSE 1 END * CAST((abs(");
  sql_name(out, stored);
  buffer_format(out, ") * %lld + %s) / (2 * %s) AS INTEGER))", 2 * (long long)unit, d.data, d.data);
  buffer_deinit(&d);
}

/* The value as a person reads it in a table. */
static void view_value(buffer *out, const layout *l, size_t i) {
  value_type t = l->outputs[i].type;
  const char *name = l->table[i];
  switch (t.kind) {
  case TYPE_INTEGER:
  case TYPE_MONEY:
  case TYPE_DECIMAL:
  case TYPE_RATIO:
    schema_written(out, name, l->den[i], t);
    if (t.digits > 0) buffer_format(out, " / %lld.0", (long long)pow10_i64(t.digits));
    break;
  case TYPE_DATE:
    buffer_text(out, "date(");
    sql_name(out, name);
    buffer_text(out, " * 86400, 'unixepoch')");
    break;
  default:
    sql_name(out, name);
  }
}

static void view_moment(buffer *out, const char *stored, zone z) {
  char text[32];
  size_t n = moment_write(text, 0, z);
  text[n] = '\0';
  buffer_text(out, "strftime('%Y-%m-%dT%H:%M:%S', ");
  sql_name(out, stored);
  buffer_format(out, " + %d, 'unixepoch') || '%s'", z.offset, text + n - 6);
}

static void as_name(buffer *out, const char *name) {
  buffer_text(out, " AS ");
  sql_name(out, name);
}

static void view_open(buffer *out, const char *view, const char *suffix) {
  buffer name = {0};
  buffer_text(&name, view);
  buffer_text(&name, suffix);
  buffer_text(out, "DROP VIEW IF EXISTS ");
  sql_name(out, name.data);
  buffer_text(out, "; CREATE VIEW ");
  sql_name(out, name.data);
  buffer_text(out, " AS ");
  buffer_deinit(&name);
}

static void view_decisions(buffer *out, const char *view, const layout *l, zone z, int64_t run_id) {
  view_open(out, view, "");
  buffer_text(out, "SELECT key");
  as_name(out, l->key);
  buffer_text(out, ", CASE failed WHEN 0 THEN 'graded' ELSE 'error' END");
  as_name(out, l->status);
  for (size_t i = 0; i < l->count; i++) {
    buffer_text(out, ", ");
    if (l->outputs[i].type.kind == TYPE_TIMESTAMP)
      view_moment(out, l->table[i], z);
    else
      view_value(out, l, i);
    as_name(out, l->view[i]);
  }
  buffer_format(out, ", %lld", (long long)run_id);
  as_name(out, l->run_id);
  buffer_format(out, " FROM decision_%lld;", (long long)run_id);
}

/* One SELECT a list of codes. The joined text becomes a JSON array so that json_each can split it
 * row by row: with a condition on the key only that row is split. */
static void view_code_list(buffer *out, const layout *l, size_t i, const char *const *names,
                           int64_t run_id) {
  buffer_text(out, "SELECT d.key");
  as_name(out, names[0]);
  buffer_text(out, ", ");
  sql_literal(out, l->outputs[i].name);
  as_name(out, names[1]);
  buffer_text(out, ", j.key + 1");
  as_name(out, names[2]);
  buffer_text(out, ", CASE instr(j.value, ':') WHEN 0 THEN j.value"
                   " ELSE substr(j.value, 1, instr(j.value, ':') - 1) END");
  as_name(out, names[3]);
  buffer_text(out, ", CASE instr(j.value, ':') WHEN 0 THEN NULL"
                   " ELSE substr(j.value, instr(j.value, ':') + 1) END");
  as_name(out, names[4]);
  buffer_format(out, ", %lld", (long long)run_id);
  as_name(out, names[5]);
  buffer_format(out, " FROM decision_%lld AS d, json_each('[' || replace(json_quote(d.",
                (long long)run_id);
  sql_name(out, l->table[i]);
  buffer_text(out, "), '|', '\",\"') || ']') AS j WHERE d.");
  sql_name(out, l->table[i]);
  buffer_text(out, " <> ''");
}

static void names_unique(arena *a, const char *key, const char *const *others, size_t count,
                         const char **out) {
  name_set s = {.arena = a};
  out[0] = name_claim(&s, key);
  for (size_t i = 0; i < count; i++) out[i + 1] = name_claim(&s, others[i]);
  free(s.names);
}

static void view_reasons(buffer *out, const char *view, const layout *l, int64_t run_id) {
  static const char *const others[] = {"list", "rank", "code", "value", "run_id"};
  arena a = {0};
  const char *names[6];
  names_unique(&a, l->key, others, 5, names);
  view_open(out, view, "_reasons");
  bool any = false;
  for (size_t i = 0; i < l->count; i++) {
    if (l->outputs[i].type.kind != TYPE_CODES) continue;
    if (any) buffer_text(out, " UNION ALL ");
    view_code_list(out, l, i, names, run_id);
    any = true;
  }
  if (!any) { /* a pack without codes has the view, empty */
    buffer_text(out, "SELECT key");
    for (size_t i = 0; i < 6; i++) {
      if (i) buffer_text(out, ", NULL");
      as_name(out, names[i]);
    }
    buffer_format(out, " FROM decision_%lld WHERE 0", (long long)run_id);
  }
  buffer_char(out, ';');
  arena_deinit(&a);
}

/* The codes that are alerts, of the view of all codes. */
static void view_alerts(buffer *out, const char *view, const layout *l, int64_t run_id) {
  static const char *const others[] = {"list", "rank", "code", "severity", "value", "run_id"};
  static const char *const of_reasons[] = {"list", "rank", "code", "value", "run_id"};
  static const int from[] = {0, 1, 2, 3, -1, 4, 5}; /* columns of the reasons; -1 = severity */
  arena a = {0};
  const char *names[7], *reasons[6];
  names_unique(&a, l->key, others, 6, names);
  names_unique(&a, l->key, of_reasons, 5, reasons);
  view_open(out, view, "_alerts");
  buffer_text(out, "SELECT ");
  for (size_t i = 0; i < 7; i++) {
    if (i) buffer_text(out, ", ");
    buffer_text(out, from[i] < 0 ? "a." : "r.");
    sql_name(out, from[i] < 0 ? "severity" : reasons[from[i]]);
    as_name(out, names[i]);
  }
  buffer_text(out, " FROM ");
  sql_name(out, arena_format(&a, "%s_reasons", view));
  buffer_format(out,
                " AS r JOIN run ON run.run_id = %lld"
                " JOIN alert AS a ON a.pack_hash = run.pack_hash AND a.list = r.",
                (long long)run_id);
  sql_name(out, reasons[1]);
  buffer_text(out, " AND a.code = r.");
  sql_name(out, reasons[3]);
  buffer_char(out, ';');
  arena_deinit(&a);
}

static void view_rejects(buffer *out, const char *view, const layout *l, int64_t run_id) {
  static const char *const others[] = {"kind", "source", "position", "code",    "field", "rule",
                                       "file", "line",   "value",    "message", "run_id"};
  long long id = (long long)run_id;
  arena a = {0};
  const char *names[12];
  names_unique(&a, l->key, others, 11, names);
  view_open(out, view, "_rejects");
  buffer_text(out, "SELECT key");
  as_name(out, names[0]);
  for (size_t i = 1; i < 12; i++) {
    buffer_text(out, ", ");
    if (i == 2)
      buffer_format(out, "(SELECT source FROM run WHERE run_id = %lld)", id);
    else if (i == 11)
      buffer_format(out, "%lld", id);
    else
      buffer_text(out, others[i - 1]);
    as_name(out, names[i]);
  }
  buffer_format(out, " FROM outcome_%lld;", id);
  arena_deinit(&a);
}

void schema_views(buffer *out, const char *view, const layout *l, zone z, int64_t run_id) {
  view_decisions(out, view, l, z, run_id);
  view_reasons(out, view, l, run_id);
  view_alerts(out, view, l, run_id);
  view_rejects(out, view, l, run_id);
}

/* ---- columns as JSON ---- */

static void write_text(buffer *out, const char *text) {
  text_json(out, text, strlen(text));
}

static void write_column(buffer *out, const char *name, value_type t) {
  buffer_text(out, "{\"name\":");
  write_text(out, name);
  buffer_format(out, ",\"type\":\"%s\",\"digits\":%d,\"denominator\":%lld", type_name(t.kind),
                t.digits, (long long)t.denominator);
  for (size_t i = 0; t.choices && i < t.choices->count; i++) {
    buffer_text(out, i ? "," : ",\"choices\":[");
    write_text(out, t.choices->names[i]);
  }
  if (t.choices) buffer_text(out, t.choices->count ? "]" : ",\"choices\":[]");
  for (size_t i = 0; t.record && i < t.record->count; i++) {
    buffer_text(out, i ? "," : ",\"fields\":[");
    write_column(out, t.record->fields[i].name, t.record->fields[i].type);
  }
  if (t.record) buffer_text(out, t.record->count ? "]" : ",\"fields\":[]");
  buffer_char(out, '}');
}

char *schema_columns_json(const store_column *columns, size_t count) {
  buffer out = {0};
  buffer_char(&out, '[');
  for (size_t i = 0; i < count; i++) {
    if (i) buffer_char(&out, ',');
    write_column(&out, columns[i].name, columns[i].type);
  }
  buffer_text(&out, "]");
  return out.data;
}

static type_kind kind_of(const char *name) {
  for (int k = TYPE_NONE + 1; k <= TYPE_CODES; k++)
    if (name && strcmp(type_name((type_kind)k), name) == 0) return (type_kind)k;
  return TYPE_NONE;
}

static const choice_list *choices_read(arena *a, const json *words) {
  choice_list *list = arena_alloc(a, sizeof *list);
  list->count = json_count(words);
  const char **names = arena_array(a, list->count, sizeof *names);
  for (size_t i = 0; i < list->count; i++) {
    names[i] = json_text(&words->items[i]);
    if (!names[i]) return NULL;
  }
  list->names = names;
  return list;
}

static bool type_read(arena *a, const json *o, const char **name, value_type *t) {
  const int64_t digits = json_integer(json_member(o, "digits"), -1);
  *name = json_member_text(o, "name");
  *t = (value_type){.kind = kind_of(json_member_text(o, "type")),
                    .digits = (int)digits,
                    .denominator = json_integer(json_member(o, "denominator"), 0)};
  if (!*name || t->kind == TYPE_NONE || digits < 0 || digits > 18) return false;
  const json *words = json_member(o, "choices");
  if (words && !(t->choices = choices_read(a, words))) return false;
  if (t->kind == TYPE_CHOICE && !t->choices) return false;
  const json *fields = json_member(o, "fields");
  if (!fields) return true;
  schema *record = arena_alloc(a, sizeof *record);
  record->count = json_count(fields);
  field *list = arena_array(a, record->count, sizeof *list);
  for (size_t i = 0; i < record->count; i++) {
    if (!type_read(a, &fields->items[i], &list[i].name, &list[i].type)) return false;
    list[i].column = list[i].name;
  }
  record->fields = list;
  t->record = record;
  return true;
}

bool schema_columns_read(arena *a, const char *kept, store_column **columns, size_t *count) {
  const json *list = json_kept(a, kept);
  if (!list || list->kind != JSON_ARRAY) return false;
  *count = list->count;
  *columns = arena_array(a, *count, sizeof **columns);
  bool fine = true;
  for (size_t i = 0; i < *count && fine; i++)
    fine = type_read(a, &list->items[i], &(*columns)[i].name, &(*columns)[i].type);
  return fine;
}
