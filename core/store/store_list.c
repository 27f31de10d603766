/* Listing a published run: conditions and an order over its columns. Names are looked up in the
 * run's own columns and values parsed by their types and bound, so nothing that is typed becomes
 * SQL. Rows stream; a sort that does not fit the cache goes through SQLite's temporary files. */
#include "store_reader.h"
#include "../base/text.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* A value to bind, in the order of the '?'. */
typedef struct parameter {
  bool is_text, is_double;
  int64_t number;
  double real;
  const char *text;
} parameter;

typedef struct statement {
  const store_reader *reader;
  buffer sql;
  parameter *parameters;
  size_t count;
} statement;

static void add_parameter(statement *s, parameter p) {
  s->parameters = mem_grow(s->parameters, s->count + 1, sizeof *s->parameters);
  s->parameters[s->count++] = p;
}

/* ---- values ---- */

static error_code bad_value(const store_condition *c, value_type t, const char *form, error *e) {
  buffer type = {0};
  type_describe(&type, t);
  error_set(e, ERR_USAGE, "%s %s %s: %s is of the type %s, and its values are written %s", c->name,
            c->op, c->value, c->name, type.data, form);
  buffer_deinit(&type);
  return ERR_USAGE;
}

static error_code bad_word(const store_condition *c, value_type t, error *e) {
  const char *meant = text_suggest(c->value, t.choices->names, t.choices->count);
  buffer type = {0};
  type_describe(&type, t);
  error_set(e, ERR_USAGE, "%s %s %s: %s is of the type %s%s%s%s", c->name, c->op, c->value, c->name,
            type.data, meant ? "; did you mean " : "", meant ? meant : "", meant ? "?" : "");
  buffer_deinit(&type);
  return ERR_USAGE;
}

/* The stored number that a value means: the units that it is written in. */
static error_code parse_value(const statement *s, const store_condition *c, value_type t,
                              parameter *out, error *e) {
  size_t n = strlen(c->value);
  *out = (parameter){0};
  switch (t.kind) {
  case TYPE_INTEGER:
  case TYPE_MONEY:
  case TYPE_DECIMAL:
  case TYPE_RATIO:
    if (decimal_parse(c->value, n, t.digits, &out->number) == PARSE_OK) return ERR_OK;
    return bad_value(c, t,
                     t.digits ? "like 1250.50, with no more decimals than it has" : "like 1250", e);
  case TYPE_NUMBER:
    out->is_double = true;
    if (number_parse(c->value, n, &out->real) == PARSE_OK) return ERR_OK;
    return bad_value(c, t, "like 0.25", e);
  case TYPE_BOOLEAN:
    out->number = strcmp(c->value, "true") == 0;
    if (out->number || strcmp(c->value, "false") == 0) return ERR_OK;
    return bad_value(c, t, "true or false", e);
  case TYPE_DATE:
    if (date_parse(c->value, n, &out->number)) return ERR_OK;
    return bad_value(c, t, "like 2025-10-01", e);
  case TYPE_TIMESTAMP: {
    int64_t day; /* a date alone means its first moment in the company's zone */
    if (moment_parse(c->value, n, &out->number)) return ERR_OK;
    if (!date_parse(c->value, n, &day)) return bad_value(c, t, "like 2025-10-01T18:00:00+08:00", e);
    out->number = moment_at(day, 0, s->reader->run.zone);
    return ERR_OK;
  }
  default:
    out->is_text = true;
    out->text = c->value;
    return ERR_OK;
  }
}

/* ---- conditions ---- */

typedef enum operator_kind {
  OP_EQUAL,
  OP_NOT,
  OP_LESS,
  OP_LEAST,
  OP_GREATER,
  OP_MOST,
  OP_HAS
} operator_kind;

static const char *const operators[] = {"=", "!=", "<", ">=", ">", "<=", "has"};

static error_code find_operator(const store_condition *c, operator_kind *out, error *e) {
  for (size_t i = 0; i < sizeof operators / sizeof *operators; i++)
    if (strcmp(c->op, operators[i]) == 0) {
      *out = (operator_kind)i;
      return ERR_OK;
    }
  return error_set(e, ERR_USAGE, "%s %s %s: there is no operator %s: use = != < <= > >= or has",
                   c->name, c->op, c->value, c->op);
}

static bool order_fits(operator_kind op, int word, int than) {
  switch (op) {
  case OP_EQUAL:
    return word == than;
  case OP_NOT:
    return word != than;
  case OP_LESS:
    return word < than;
  case OP_MOST:
    return word <= than;
  case OP_GREATER:
    return word > than;
  default:
    return word >= than;
  }
}

/* Words are stored as words but compare by their place in the list. */
static error_code choice_condition(statement *s, const char *stored, value_type t,
                                   const store_condition *c, operator_kind op, error *e) {
  int than = choice_find(t.choices, c->value, strlen(c->value));
  if (than < 0) return bad_word(c, t, e);
  sql_name(&s->sql, stored);
  buffer_text(&s->sql, " IN (");
  const char *between = "";
  for (size_t i = 0; i < t.choices->count; i++) {
    if (!order_fits(op, (int)i, than)) continue;
    buffer_format(&s->sql, "%s?", between);
    add_parameter(s, (parameter){.is_text = true, .text = t.choices->names[i]});
    between = ", ";
  }
  buffer_text(&s->sql, ")");
  return ERR_OK;
}

/* A code stands alone, or before ':' and its value. */
static error_code has_condition(statement *s, const char *stored, value_type t,
                                const store_condition *c, error *e) {
  if (t.kind != TYPE_CODES)
    return error_set(e, ERR_USAGE,
                     "%s has %s: %s is no list of codes but of the type %s: use =", c->name,
                     c->value, c->name, type_name(t.kind));
  for (int i = 0; i < 2; i++) {
    buffer_text(&s->sql, i ? " OR instr('|' || " : "(instr('|' || ");
    sql_name(&s->sql, stored);
    buffer_format(&s->sql, " || '|', '|' || ? || '%s') > 0", i ? ":" : "|");
    add_parameter(s, (parameter){.is_text = true, .text = c->value});
  }
  buffer_text(&s->sql, ")");
  return ERR_OK;
}

static error_code typed_condition(statement *s, const char *stored, const char *den, value_type t,
                                  const store_condition *c, operator_kind op, error *e) {
  parameter p;
  error_code code = parse_value(s, c, t, &p, e);
  if (code != ERR_OK) return code;
  if (type_is_numeric(t.kind) && t.kind != TYPE_NUMBER)
    schema_written(&s->sql, stored, den, t);
  else
    sql_name(&s->sql, stored);
  buffer_format(&s->sql, " %s ?", operators[op]);
  add_parameter(s, p);
  return ERR_OK;
}

static error_code output_condition(statement *s, size_t i, const store_condition *c,
                                   operator_kind op, error *e) {
  const layout *l = &s->reader->layout;
  value_type t = l->outputs[i].type;
  bool textual = t.kind == TYPE_CODES || t.kind == TYPE_TEXT || t.kind == TYPE_KEY;
  if (c->value[0] == '\0' && (op == OP_EQUAL || op == OP_NOT)) {
    if (textual) buffer_text(&s->sql, "coalesce(");
    sql_name(&s->sql, l->table[i]);
    if (textual)
      buffer_text(&s->sql, op == OP_EQUAL ? ", '') = ''" : ", '') <> ''");
    else
      buffer_text(&s->sql, op == OP_EQUAL ? " IS NULL" : " IS NOT NULL");
    return ERR_OK;
  }
  if (op == OP_HAS) return has_condition(s, l->table[i], t, c, e);
  if (t.kind == TYPE_CHOICE) return choice_condition(s, l->table[i], t, c, op, e);
  return typed_condition(s, l->table[i], l->den[i], t, c, op, e);
}

static error_code status_condition(statement *s, const store_condition *c, operator_kind op,
                                   error *e) {
  bool failed = strcmp(c->value, "error") == 0;
  if ((op != OP_EQUAL && op != OP_NOT) || (!failed && strcmp(c->value, "graded") != 0))
    return error_set(e, ERR_USAGE, "status %s %s: write status=graded or status=error", c->op,
                     c->value);
  buffer_format(&s->sql, "failed = %d", failed == (op == OP_EQUAL));
  return ERR_OK;
}

static bool names_output(const store_reader *r, const char *name) {
  for (size_t i = 0; i < r->run.output_count; i++)
    if (strcmp(r->run.outputs[i].name, name) == 0) return true;
  return false;
}

/* An output goes before the store's own names, should it bear one of them. */
static error_code add_condition(statement *s, const store_condition *c, error *e) {
  const store_reader *r = s->reader;
  operator_kind op = OP_EQUAL;
  error_code code = find_operator(c, &op, e);
  if (code != ERR_OK) return code;
  if (!names_output(r, c->name)) {
    value_type key = {.kind = TYPE_KEY};
    if (strcmp(c->name, r->run.key) == 0)
      return op == OP_HAS ? has_condition(s, "key", key, c, e)
                          : typed_condition(s, "key", NULL, key, c, op, e);
    if (strcmp(c->name, "status") == 0) return status_condition(s, c, op, e);
  }
  size_t i;
  code = reader_output(r, c->name, &i, e);
  return code == ERR_OK ? output_condition(s, i, c, op, e) : code;
}

/* ---- order ---- */

/* What rows are ordered by: expressions, each with its parameters, from the first to the last. */
typedef struct order_term {
  const char *sql; /* in the arena */
  parameter *parameters;
  size_t count;
  bool descending;
} order_term;

#define ORDER_MOST 64

typedef struct order {
  arena arena;
  order_term terms[ORDER_MOST];
  size_t count;
} order;

/* Takes what was written as an expression for one more term. */
static error_code push_term(order *o, statement *s, bool descending, error *e) {
  if (o->count == ORDER_MOST)
    return error_set(e, ERR_USAGE, "sort: at most %d names", ORDER_MOST / 3);
  order_term *t = &o->terms[o->count++];
  t->sql = arena_format(&o->arena, "(%.*s)", (int)s->sql.size, s->sql.data);
  t->parameters = arena_array(&o->arena, s->count + 1, sizeof *t->parameters);
  if (s->count) memcpy(t->parameters, s->parameters, s->count * sizeof *t->parameters);
  t->count = s->count;
  t->descending = descending;
  buffer_clear(&s->sql);
  s->count = 0;
  return ERR_OK;
}

static void order_choice(statement *s, const char *stored, const choice_list *list) {
  buffer_text(&s->sql, "CASE ");
  sql_name(&s->sql, stored);
  for (size_t i = 0; i < list->count; i++) {
    buffer_format(&s->sql, " WHEN ? THEN %zu", i);
    add_parameter(s, (parameter){.is_text = true, .text = list->names[i]});
  }
  buffer_text(&s->sql, " END");
}

/* The whole part, or the fraction: a quotient as one double would tie values that differ. */
static void order_ratio(statement *s, const char *stored, const char *den, bool fraction) {
  if (fraction) buffer_text(&s->sql, "1.0 * (");
  sql_name(&s->sql, stored);
  buffer_text(&s->sql, fraction ? " % " : " / ");
  sql_name(&s->sql, den);
  if (!fraction) return;
  buffer_text(&s->sql, ") / ");
  sql_name(&s->sql, den);
}

static error_code order_output(order *o, statement *s, const char *name, bool down, error *e) {
  const layout *l = &s->reader->layout;
  size_t i;
  error_code code = reader_output(s->reader, name, &i, e);
  if (code != ERR_OK) return code;
  sql_name(&s->sql, l->table[i]);
  buffer_text(&s->sql, " IS NULL"); /* the missing come last, whatever the direction */
  code = push_term(o, s, false, e);
  if (l->outputs[i].type.kind == TYPE_CHOICE) {
    order_choice(s, l->table[i], l->outputs[i].type.choices);
  } else if (l->den[i]) {
    order_ratio(s, l->table[i], l->den[i], false);
    if (!code) code = push_term(o, s, down, e);
    order_ratio(s, l->table[i], l->den[i], true);
  } else {
    sql_name(&s->sql, l->table[i]);
  }
  return code ? code : push_term(o, s, down, e);
}

static error_code order_by(order *o, statement *s, const char *name, error *e) {
  const store_reader *r = s->reader;
  bool down = name[0] == '-';
  name += down;
  if (!names_output(r, name) && strcmp(name, r->run.key) == 0)
    buffer_text(&s->sql, "key");
  else if (!names_output(r, name) && strcmp(name, "status") == 0)
    buffer_text(&s->sql, "failed");
  else
    return order_output(o, s, name, down, e);
  return push_term(o, s, down, e);
}

/* By every name in turn; rows that are equal in all of them by their key. */
static error_code read_order(order *o, const store_reader *r, const char *sort, error *e) {
  statement s = {.reader = r};
  char *names = mem_string(sort ? sort : ""), *rest = sort ? names : NULL;
  error_code code = ERR_OK;
  for (char *name; code == ERR_OK && (name = strsep(&rest, ","));) code = order_by(o, &s, name, e);
  buffer_clear(&s.sql);
  buffer_text(&s.sql, "key");
  s.count = 0;
  if (!code) code = push_term(o, &s, false, e);
  free(names);
  buffer_deinit(&s.sql);
  free(s.parameters);
  return code;
}

static void add_term(statement *s, const order_term *t) {
  buffer_text(&s->sql, t->sql);
  for (size_t i = 0; i < t->count; i++) add_parameter(s, t->parameters[i]);
}

static void add_order(statement *s, const order *o) {
  buffer_text(&s->sql, " ORDER BY ");
  for (size_t i = 0; i < o->count; i++) {
    if (i) buffer_text(&s->sql, ", ");
    add_term(s, &o->terms[i]);
    if (o->terms[i].descending) buffer_text(&s->sql, " DESC");
  }
}

/* ---- from a row on ---- */

/* WITH last AS (what the row is ordered by): o0, o1 ... */
static void add_last(statement *s, const order *o, const char *after) {
  buffer_text(&s->sql, "WITH last AS (SELECT ");
  for (size_t i = 0; i < o->count; i++) {
    if (i) buffer_text(&s->sql, ", ");
    add_term(s, &o->terms[i]);
    buffer_format(&s->sql, " AS o%zu", i);
  }
  buffer_format(&s->sql, " FROM decision_%lld WHERE key = ?) ", (long long)s->reader->run.id);
  add_parameter(s, (parameter){.is_text = true, .text = after});
}

/* Behind the row: equal to it in the terms before, beyond it in one. */
static void add_after(statement *s, const order *o, bool first) {
  buffer_text(&s->sql, first ? " WHERE (" : " AND (");
  for (size_t i = 0; i < o->count; i++) {
    buffer_text(&s->sql, i ? " OR (" : "(");
    for (size_t k = 0; k < i; k++) {
      add_term(s, &o->terms[k]);
      buffer_format(&s->sql, " IS (SELECT o%zu FROM last) AND ", k);
    }
    add_term(s, &o->terms[i]);
    buffer_format(&s->sql, " %c (SELECT o%zu FROM last))", o->terms[i].descending ? '<' : '>', i);
  }
  buffer_text(&s->sql, ")");
}

/* ---- the whole ---- */

static error_code add_conditions(statement *s, const store_query *q, error *e) {
  error_code code = ERR_OK;
  for (size_t i = 0; code == ERR_OK && i < q->condition_count; i++) {
    buffer_text(&s->sql, i ? " AND " : " WHERE ");
    code = add_condition(s, &q->conditions[i], e);
  }
  return code;
}

static error_code build(statement *s, const store_query *q, error *e) {
  order by = {0};
  error_code code = read_order(&by, s->reader, q->sort, e);
  if (code == ERR_OK && q->after) add_last(s, &by, q->after);
  if (code == ERR_OK) {
    reader_select(s->reader, &s->sql);
    code = add_conditions(s, q, e);
  }
  if (code == ERR_OK && q->after) add_after(s, &by, q->condition_count == 0);
  if (code == ERR_OK) add_order(s, &by);
  buffer_text(&s->sql, " LIMIT ?");
  add_parameter(s, (parameter){.number = q->limit});
  arena_deinit(&by.arena);
  return code;
}

static void bind_all(const statement *s, sqlite3_stmt *q) {
  for (size_t i = 0; i < s->count; i++) {
    const parameter *p = &s->parameters[i];
    if (p->is_text)
      bind_text(q, (int)i + 1, p->text);
    else if (p->is_double)
      sqlite3_bind_double(q, (int)i + 1, p->real);
    else
      sqlite3_bind_int64(q, (int)i + 1, p->number);
  }
}

error_code store_list(store_reader *r, const store_query *q, store_each *each, void *ctx,
                      error *e) {
  statement s = {.reader = r};
  sqlite3_stmt *query = NULL;
  error_code code = build(&s, q, e);
  if (code == ERR_OK) code = store_prepare(r->store, r->db, s.sql.data, &query, e);
  if (code == ERR_OK) {
    bind_all(&s, query);
    code = reader_each(r, query, each, ctx, NULL, e);
  }
  sqlite3_finalize(query);
  buffer_deinit(&s.sql);
  free(s.parameters);
  return code;
}

error_code store_count(store_reader *r, const store_query *q, int64_t *out, error *e) {
  statement s = {.reader = r};
  sqlite3_stmt *query = NULL;
  buffer_format(&s.sql, "SELECT count(*) FROM decision_%lld", (long long)r->run.id);
  error_code code = add_conditions(&s, q, e);
  if (code == ERR_OK) code = store_prepare(r->store, r->db, s.sql.data, &query, e);
  if (code == ERR_OK) {
    bind_all(&s, query);
    const int rc = sqlite3_step(query);
    if (rc == SQLITE_ROW)
      *out = sqlite3_column_int64(query, 0);
    else
      code = store_fail(r->store, r->db, rc, "counting decisions", e);
  }
  sqlite3_finalize(query);
  buffer_deinit(&s.sql);
  free(s.parameters);
  return code;
}
