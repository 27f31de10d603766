/* Finds how rules read their record (see row_access.h). Works on tokens alone: it needs to know
 * where functions begin and end and how one name is used, not what the program means. In doubt it
 * leaves a function as it stands, for then the slower way into Lua is right as well. */
#include "row_access.h"

#include <string.h>
#include "../base/text.h"
#include "lua_token.h"

#define NESTING_MOST 400
#define LOCALS_MOST 180 /* Lua allows 200 in a function */

typedef struct function_span {
  size_t parameter;  /* the token that is its one parameter */
  size_t start, end; /* the tokens of its body: from behind ')' to its 'end' */
  rule_access access;
  bool rule, doubt; /* doubt: the name may stand for something else in places */
  size_t locals;
} function_span;

typedef struct scan {
  arena *arena;
  const char *file;
  const token *tokens;
  const char *inside; /* for each token the innermost opening: '{' '(' '[' or 'b' for a block */
  size_t count;
  function_span *functions;
  size_t function_count;
  const row_names *names;
  findings *out;
} scan;

static bool is_field(const scan *s, const char *name) {
  return s->names->is_field(s->names->ctx, name);
}

/* ---- tokens ---- */

static const token *at(const scan *s, size_t i) {
  return &s->tokens[i < s->count ? i : s->count - 1]; /* the last is the end */
}

static bool is(const scan *s, size_t i, const char *text) {
  return token_is(at(s, i), text);
}

static bool is_name(const scan *s, size_t i) {
  return at(s, i)->kind == TOKEN_NAME;
}

static bool same_text(const token *a, const token *b) {
  return a->size == b->size && memcmp(a->start, b->start, a->size) == 0;
}

/* The tokens, ended by one of kind TOKEN_END; NULL if the text is broken. */
static token *read_tokens(arena *a, const char *text, size_t n, size_t *count) {
  buffer all = {0};
  token_reader r;
  token_open(&r, text, n);
  token t;
  do {
    t = token_next(&r);
    buffer_add(&all, &t, sizeof t);
  } while (t.kind != TOKEN_END && t.kind != TOKEN_BROKEN);
  token *tokens = NULL;
  if (t.kind == TOKEN_END) {
    *count = all.size / sizeof t;
    tokens = arena_array(a, *count, sizeof t);
    memcpy(tokens, all.data, all.size);
  }
  buffer_deinit(&all);
  return tokens;
}

/* ---- functions ---- */

/* From the token 'function' to behind its ')'. Notes the function if it has exactly one parameter.
 */
static size_t read_header(const scan *s, size_t i, buffer *found, bool *noted) {
  bool named = is_name(s, i + 1), method = false;
  bool local = i > 0 && is(s, i - 1, "local");
  size_t open = i + 1;
  for (; is_name(s, open) || is(s, open, ".") || is(s, open, ":"); open++)
    method = method || is(s, open, ":");
  *noted = false;
  if (!is(s, open, "(")) return i + 1; /* not Lua: the compiler will say so */
  size_t close = open + 1;
  while (is_name(s, close) || is(s, close, ",") || is(s, close, "...")) close++;
  if (close == open + 2 && is_name(s, open + 1) && !method && is(s, close, ")")) {
    function_span f = {.parameter = open + 1, .start = close + 1};
    f.access.first_line = at(s, named && !local ? i : open)->line;
    buffer_add(found, &f, sizeof f);
    *noted = true;
  }
  return close + 1;
}

typedef struct opening {
  char kind;       /* '{' '(' '[' or 'b' */
  size_t function; /* 1-based index of the noted function that this block is, or 0 */
} opening;

static bool closes(const scan *s, size_t i, char kind) {
  switch (kind) {
  case '{':
    return is(s, i, "}");
  case '(':
    return is(s, i, ")");
  case '[':
    return is(s, i, "]");
  default:
    return is(s, i, "end") || is(s, i, "until");
  }
}

static char opens(const scan *s, size_t i) {
  const token *t = at(s, i);
  if (is(s, i, "{") || is(s, i, "(") || is(s, i, "[")) return t->start[0];
  bool block = is(s, i, "do") || is(s, i, "if") || is(s, i, "repeat") || is(s, i, "function");
  return block ? 'b' : 0;
}

/* Fills s->inside and the functions; false if the text is not well nested. */
static bool find_functions(scan *s, char *inside) {
  opening stack[NESTING_MOST];
  size_t depth = 0, skip_to = 0;
  buffer found = {0};
  bool good = true;
  for (size_t i = 0; good && i + 1 < s->count; i++) {
    inside[i] = depth ? stack[depth - 1].kind : 'b';
    if (i < skip_to) continue;
    char kind = opens(s, i);
    bool closing =
        is(s, i, "end") || is(s, i, "until") || is(s, i, "}") || is(s, i, ")") || is(s, i, "]");
    if (kind) {
      good = depth < NESTING_MOST;
      bool noted = false;
      if (is(s, i, "function")) skip_to = read_header(s, i, &found, &noted);
      if (good) stack[depth++] = (opening){kind, noted ? found.size / sizeof(function_span) : 0};
    } else if (closing) {
      good = depth > 0 && closes(s, i, stack[depth - 1].kind);
      size_t which = good ? stack[--depth].function : 0;
      if (which) {
        function_span *f = (function_span *)(void *)found.data + which - 1;
        f->end = i;
        f->access.last_line = at(s, i)->line;
      }
    }
  }
  good = good && depth == 0;
  s->function_count = found.size / sizeof(function_span);
  s->functions = arena_array(s->arena, s->function_count + 1, sizeof(function_span));
  if (found.size) memcpy(s->functions, found.data, found.size);
  buffer_deinit(&found);
  return good;
}

/* ---- uses of the record ---- */

/* Is the name declared again in this list (behind 'local', 'for' or '(')? Counts the names. */
static bool declared_again(const scan *s, size_t i, const token *name, size_t *locals) {
  bool again = false;
  for (; is_name(s, i); i++) {
    ++*locals;
    again = again || same_text(at(s, i), name);
    i += is(s, i + 1, "<") ? 4 : 1; /* an attribute */
    if (!is(s, i, ",")) break;
  }
  return again;
}

static size_t skip_brackets(const scan *s, size_t i) {
  size_t depth = 0;
  for (; i + 1 < s->count; i++) {
    if (is(s, i, "(") || is(s, i, "[") || is(s, i, "{")) depth++;
    if (is(s, i, ")") || is(s, i, "]") || is(s, i, "}")) depth--;
    if (depth == 0) return i + 1;
  }
  return i;
}

static size_t skip_suffixes(const scan *s, size_t i) {
  for (;;) {
    if (is(s, i, "(") || is(s, i, "[") || is(s, i, "{"))
      i = skip_brackets(s, i);
    else if ((is(s, i, ".") || is(s, i, ":")) && is_name(s, i + 1))
      i += 2;
    else
      return i;
  }
}

/* Behind `c.field`: does a '=' come, at once or after more targets ("c.a, b = 1, 2")? */
static bool is_assigned(const scan *s, size_t i) {
  if (s->inside[i - 1] != 'b') return false;
  while (is(s, i, ",") && (is_name(s, i + 1) || is(s, i + 1, "(")))
    i = is_name(s, i + 1) ? skip_suffixes(s, i + 2) : skip_suffixes(s, i + 1);
  return is(s, i, "=");
}

/* Does the token name something else that is only spelled alike: a field, a key, a label? */
static bool is_other(const scan *s, size_t i) {
  if (is(s, i - 1, ".") || is(s, i - 1, ":") || is(s, i - 1, "::") || is(s, i - 1, "goto"))
    return true;
  bool item = is(s, i - 1, "{") || is(s, i - 1, ",") || is(s, i - 1, ";");
  return s->inside[i] == '{' && item && is(s, i + 1, "=");
}

static size_t field_index(const scan *s, rule_access *access, const token *name) {
  for (size_t i = 0; i < access->field_count; i++)
    if (strlen(access->fields[i]) == name->size &&
        memcmp(access->fields[i], name->start, name->size) == 0)
      return i;
  if ((access->field_count & (access->field_count - 1)) == 0) { /* full: 0, 1, 2, 4, ... */
    const char **more = arena_array(s->arena, access->field_count * 2 + 1, sizeof *more);
    if (access->field_count) memcpy(more, access->fields, access->field_count * sizeof *more);
    access->fields = more;
  }
  access->fields[access->field_count] = arena_string_n(s->arena, name->start, name->size);
  return access->field_count++;
}

static bool is_read(const scan *s, size_t i) {
  return is(s, i + 1, ".") && is_name(s, i + 2);
}

/* Looks at the token i of the body, which begins a declaration or a use of the name, or neither. */
static void look_at(const scan *s, function_span *f, size_t i) {
  const token *name = at(s, f->parameter);
  if (is(s, i, "local") || is(s, i, "for")) {
    f->doubt = declared_again(s, i + 1, name, &f->locals) || f->doubt;
    if (is(s, i, "for")) f->locals += 3;
  } else if (is(s, i, "function")) {
    size_t open = i + 1, none = 0;
    if (is_name(s, open) && same_text(at(s, open), name)) f->doubt = true;
    while (is_name(s, open) || is(s, open, ".") || is(s, open, ":")) open++;
    f->doubt = declared_again(s, open + 1, name, &none) || f->doubt;
  } else if (is_name(s, i) && same_text(at(s, i), name) && !is_other(s, i)) {
    if (is_read(s, i))
      field_index(s, &f->access, at(s, i + 2));
    else
      f->access.escapes = true;
    if (is_assigned(s, i + 1)) f->doubt = true;
  }
}

/* Would the name of an argument mean something else in the body? */
static bool names_collide(const scan *s, const function_span *f) {
  const token *record = at(s, f->parameter);
  for (size_t i = f->start; i < f->end; i++) {
    const token *t = at(s, i);
    if (t->kind == TOKEN_NAME && t->size > record->size + 2 &&
        memcmp(t->start, record->start, record->size) == 0 &&
        memcmp(t->start + record->size, "__", 2) == 0)
      return true;
  }
  return false;
}

static void look_through(const scan *s, function_span *f) {
  for (size_t i = f->start; i < f->end; i++) look_at(s, f, i);
  rule_access *a = &f->access;
  a->escapes = a->escapes || f->doubt;
  a->positional = !a->escapes && f->rule && a->field_count <= ROW_ACCESS_POSITIONAL_MOST &&
                  a->field_count + f->locals <= LOCALS_MOST && !names_collide(s, f);
}

/* ---- findings ---- */

/* The names one slip of the finger away from the one written are tried on `is_field`. */
static const char *nearest_field(const scan *s, const char *word) {
  static const char letters[] = "abcdefghijklmnopqrstuvwxyz_0123456789";
  size_t n = strlen(word);
  char *tried = arena_array(s->arena, n + 2, 1);
  for (size_t i = 0; i + 1 < n; i++) { /* two changed places */
    memcpy(tried, word, n + 1);
    tried[i] = word[i + 1];
    tried[i + 1] = word[i];
    if (is_field(s, tried)) return tried;
  }
  for (size_t i = 0; i < n && n > 1; i++) { /* one too many */
    memcpy(tried, word, i);
    memcpy(tried + i, word + i + 1, n - i);
    if (is_field(s, tried)) return tried;
  }
  for (size_t i = 0; i <= n; i++) /* one is missing, one is wrong */
    for (const char *letter = letters; *letter; letter++) {
      memcpy(tried, word, i);
      tried[i] = *letter;
      memcpy(tried + i + 1, word + i, n - i + 1);
      if (is_field(s, tried)) return tried;
      if (i == n) continue;
      memcpy(tried + i + 1, word + i + 1, n - i);
      if (is_field(s, tried)) return tried;
    }
  return NULL;
}

static bool check_read(const scan *s, const token *record, size_t i) {
  const token *field = at(s, i + 2);
  int size = (int)field->size, record_size = (int)record->size;
  if (is_assigned(s, i + 3)) {
    findings_add(s->out, SEVERITY_ERROR, s->file, field->line,
                 "%.*s.%.*s is assigned to: a rule cannot change the record; use a local variable",
                 record_size, record->start, size, field->start);
    return false;
  }
  const char *name = arena_string_n(s->arena, field->start, field->size);
  if (is_field(s, name)) return true;
  const char *near = nearest_field(s, name);
  findings_add(s->out, SEVERITY_ERROR, s->file, field->line,
               "%.*s.%s: there is no field or earlier output '%s'%s%s%s", record_size,
               record->start, name, name, near ? ": did you mean '" : "", near ? near : "",
               near ? "'?" : "");
  return false;
}

/* ---- records of lists ---- */

typedef struct list_names {
  const char *name;
  const char *const *fields;
  size_t count;
} list_names;

/* The token is the name of a field of a record of the list. */
static bool check_item(const scan *s, const list_names *list, size_t i) {
  const char *name = arena_string_n(s->arena, at(s, i)->start, at(s, i)->size);
  for (size_t k = 0; k < list->count; k++)
    if (strcmp(list->fields[k], name) == 0) return true;
  const char *near = text_suggest(name, list->fields, list->count);
  findings_add(s->out, SEVERITY_ERROR, s->file, at(s, i)->line,
               "a record of %s has no field '%s'%s%s%s", list->name, name,
               near ? ": did you mean '" : "", near ? near : "", near ? "'?" : "");
  return false;
}

/* `for i, item in ipairs(c.items) do`: the record is the token at i. */
static bool is_walked(const scan *s, size_t i) {
  return i >= 7 && is(s, i - 1, "(") && is(s, i - 2, "ipairs") && is(s, i - 3, "in") &&
         is_name(s, i - 4) && is(s, i - 5, ",") && is_name(s, i - 6) && is(s, i - 7, "for") &&
         is(s, i + 3, ")") && is(s, i + 4, "do");
}

/* What the loop reads of its item; it ends where the name may mean something else. */
static bool check_walk(const scan *s, const list_names *list, const token *item, size_t i) {
  bool good = true;
  for (size_t depth = 1; depth > 0 && i + 1 < s->count; i++) {
    size_t ignored = 0;
    if (opens(s, i) == 'b') depth++;
    if (is(s, i, "end") || is(s, i, "until")) depth--;
    const bool declares = is(s, i, "local") || is(s, i, "for") || is(s, i, "function");
    if (declares && declared_again(s, i + 1 + is(s, i + 1, "("), item, &ignored)) return good;
    if (is_name(s, i) && same_text(at(s, i), item) && !is_other(s, i) && is_read(s, i))
      good = check_item(s, list, i + 2) && good;
  }
  return good;
}

static bool check_list(const scan *s, size_t i) {
  list_names list = {arena_string_n(s->arena, at(s, i + 2)->start, at(s, i + 2)->size), NULL, 0};
  if (s->names->list_fields)
    list.fields = s->names->list_fields(s->names->ctx, list.name, &list.count);
  if (!list.fields) return true;
  if (is_walked(s, i)) return check_walk(s, &list, at(s, i - 4), i + 5);
  if (!is(s, i + 3, "[")) return true;
  const size_t behind = skip_brackets(s, i + 3);
  return !is(s, behind, ".") || !is_name(s, behind + 1) || check_item(s, &list, behind + 1);
}

static bool check_function(const scan *s, const function_span *f) {
  const token *record = at(s, f->parameter);
  bool good = true;
  for (size_t i = f->start; i < f->end; i++)
    if (is_name(s, i) && same_text(at(s, i), record) && !is_other(s, i) && is_read(s, i))
      good = check_read(s, record, i) && check_list(s, i) && good;
  return good;
}

/* ---- rewriting ---- */

static void write_parameters(const scan *s, const function_span *f, buffer *out) {
  const token *record = at(s, f->parameter);
  for (size_t i = 0; i < f->access.field_count; i++) {
    if (i) buffer_text(out, ", ");
    buffer_add(out, record->start, record->size);
    buffer_text(out, "__");
    buffer_text(out, f->access.fields[i]);
  }
}

/* The function that rewrites the token, if any: it is the record in one that is positional. `past`:
 * the functions that ended before; it moves on with the tokens. */
static const function_span *rewriter(const scan *s, size_t i, size_t *past) {
  const function_span *found = NULL;
  while (*past < s->function_count && s->functions[*past].end < i) ++*past;
  for (size_t k = *past; k < s->function_count; k++) {
    const function_span *f = &s->functions[k];
    if (f->parameter > i) break;
    if (f->access.positional && (f->parameter == i || (i >= f->start && i < f->end)) &&
        same_text(at(s, f->parameter), at(s, i)))
      found = f;
  }
  return found;
}

static void write_lines(const char *from, const char *to, buffer *out) {
  for (; from < to; from++)
    if (*from == '\n' || *from == '\r') buffer_char(out, *from);
}

static void rewrite(const scan *s, const char *text, size_t n, buffer *out) {
  const char *copied = text;
  size_t past = 0;
  for (size_t i = 0; i + 1 < s->count; i++) {
    if (!is_name(s, i)) continue;
    const function_span *f = rewriter(s, i, &past);
    if (!f || (i != f->parameter && is_other(s, i))) continue;
    const token *record = at(s, i);
    buffer_add(out, copied, (size_t)(record->start - copied));
    copied = record->start + record->size;
    if (i == f->parameter) {
      write_parameters(s, f, out);
      continue;
    }
    const token *field = at(s, i + 2);
    buffer_add(out, record->start, record->size);
    buffer_text(out, "__");
    buffer_add(out, field->start, field->size);
    write_lines(copied, field->start, out);
    copied = field->start + field->size;
  }
  buffer_add(out, copied, (size_t)(text + n - copied));
}

/* ---- together ---- */

static void leave_twins_alone(scan *s) {
  for (size_t i = 0; i < s->function_count; i++)
    for (size_t k = i + 1; k < s->function_count; k++) {
      rule_access *a = &s->functions[i].access, *b = &s->functions[k].access;
      if (b->first_line > a->last_line) break;
      if (a->first_line != b->first_line || a->last_line != b->last_line) continue;
      a->positional = b->positional = false;
      a->escapes = b->escapes = true;
    }
}

static void give_accesses(const scan *s, rule_access **accesses, size_t *count) {
  *count = s->function_count;
  *accesses = arena_array(s->arena, s->function_count + 1, sizeof **accesses);
  for (size_t i = 0; i < s->function_count; i++) {
    (*accesses)[i] = s->functions[i].access;
    if ((*accesses)[i].escapes) (*accesses)[i].field_count = 0;
  }
}

bool row_access_rewrite(arena *a, const char *file, const char *text, size_t n,
                        const row_names *names, const char **rewritten, size_t *rewritten_size,
                        rule_access **accesses, size_t *access_count, findings *out) {
  *rewritten = text;
  *rewritten_size = n;
  *accesses = NULL;
  *access_count = 0;
  scan s = {.arena = a, .file = file, .names = names, .out = out};
  s.tokens = read_tokens(a, text, n, &s.count);
  if (!s.tokens) return true;
  char *inside = arena_array(a, s.count + 1, 1);
  s.inside = inside;
  if (!find_functions(&s, inside)) return true;
  bool good = true, changed = false;
  for (size_t i = 0; i < s.function_count; i++) {
    function_span *f = &s.functions[i];
    f->rule =
        !names->is_rule || names->is_rule(names->ctx, f->access.first_line, f->access.last_line);
    look_through(&s, f);
    if (f->rule && !f->doubt) good = check_function(&s, f) && good;
  }
  leave_twins_alone(&s);
  for (size_t i = 0; i < s.function_count; i++) changed |= s.functions[i].access.positional;
  give_accesses(&s, accesses, access_count);
  if (!changed) return good;
  buffer b = {0};
  rewrite(&s, text, n, &b);
  *rewritten = arena_string_n(a, b.data, b.size);
  *rewritten_size = b.size;
  buffer_deinit(&b);
  return good;
}
