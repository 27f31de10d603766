/* Calling Lua rules, a record at a time, through the sandbox: positional arguments where the
 * function reads fields and nothing else, else a row that reads a column when it is asked for it.
 */
#include "lua_rule.h"
#include <lauxlib.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include "../base/text.h"
#include "lua_list.h"
#include "lua_value.h"
#include "trace.h"

typedef struct lua_rule {
  stage base;
  const lua_step *declared;
  size_t visible; /* symbols that exist above the step */
  const symbol **arguments;
  int *results;
  size_t *made; /* by output: number of its symbol */
  trace_point *point;
} lua_rule;

/* A value that comes back in the batch at hand. Short texts are interned, so that a word of a
 * choice is known by its address. */
typedef struct returned {
  column *to;
  const char *const *words; /* CHOICE */
  int64_t unit;             /* INTEGER, MONEY, DECIMAL: the denominator, else 0 */
  bool written;             /* MONEY, DECIMAL: the denominator is that of the digits written */
} returned;

/* An argument of the batch at hand, ready to be pushed. */
typedef enum argument_form { PUSH_INTEGER, PUSH_EXACT, PUSH_CODE, PUSH_OTHER } argument_form;

typedef struct argument {
  argument_form form;
  const int64_t *i64;
  const int32_t *i32;
  double den;
  const int *words;
  const symbol *symbol; /* PUSH_OTHER */
} argument;

/* A code that the call at hand gave; counts when the call ends well. */
typedef struct pending {
  const code *code;
  buffer value;
} pending;

/* A field's name as Lua interns it: the pointer finds the symbol. */
typedef struct key_slot {
  const char *key;
  const symbol *symbol;
} key_slot;

/* The words of a choice as Lua holds them. */
typedef struct word_list {
  int *refs;
  const char **texts;
} word_list;

typedef struct lua_host {
  rule_host host; /* first: sandbox_context points here */
  evaluator *evaluator;
  pack_state state;
  int row_ref;
  size_t key_mask;
  key_slot *keys;
  word_list *words; /* by symbol: of a choice */
  lua_lists *lists;
  const lua_rule *rule; /* of the call at hand */
  argument *arguments;  /* of its batch */
  returned *returned;   /* likewise */
  size_t row;
  size_t pending_count, pending_capacity;
  pending *pending;
} lua_host;

/* ---- what a rule reads ---- */

static void push_symbol(lua_State *L, const lua_host *h, const symbol *s) {
  const evaluator *v = h->evaluator;
  if (s->slot < 0)
    lua_value_push_constant(L, &s->constant);
  else if (s->type.kind == TYPE_LIST)
    lua_lists_push(h->lists, L, (size_t)s->slot, v->frame.slots[s->slot], h->row);
  else
    lua_value_push(L, v->frame.slots[s->slot], h->row, h->words[s - v->plan->scope.symbols].refs);
}

/* Most arguments are numbers and words: they are pushed without asking again what they are. */
static void prepare_argument(const lua_host *h, const symbol *s, argument *out) {
  const evaluator *v = h->evaluator;
  const column *c = s->slot < 0 ? NULL : v->frame.slots[s->slot];
  *out = (argument){.form = PUSH_OTHER, .symbol = s};
  if (!c) return;
  out->i64 = c->i64;
  out->i32 = c->i32;
  out->den = (double)c->type.denominator;
  out->words = h->words[s - v->plan->scope.symbols].refs;
  if (c->type.kind == TYPE_INTEGER || c->type.kind == TYPE_TIMESTAMP)
    out->form = PUSH_INTEGER;
  else if (c->type.kind == TYPE_MONEY || c->type.kind == TYPE_DECIMAL)
    out->form = PUSH_EXACT;
  else if (out->words)
    out->form = PUSH_CODE;
}

static void push_argument(lua_State *L, const lua_host *h, const argument *a) {
  size_t row = h->row;
  if (a->form == PUSH_OTHER)
    push_symbol(L, h, a->symbol);
  else if (a->form == PUSH_CODE ? a->i32[row] < 0 : a->i64[row] == MISSING_I64)
    lua_pushnil(L);
  else if (a->form == PUSH_EXACT)
    lua_pushnumber(L, (double)a->i64[row] / a->den);
  else if (a->form == PUSH_INTEGER)
    lua_pushinteger(L, a->i64[row]);
  else
    lua_rawgeti(L, LUA_REGISTRYINDEX, a->words[a->i32[row]]);
}

static int push_arguments(lua_State *L, void *ctx) {
  lua_host *h = ctx;
  const lua_step *d = h->rule->declared;
  h->pending_count = 0;
  if (!d->positional) {
    lua_rawgeti(L, LUA_REGISTRYINDEX, h->row_ref);
    return 1;
  }
  if (d->field_count > LUA_MINSTACK / 2)
    luaL_checkstack(L, (int)d->field_count + 4, "too many fields");
  for (size_t i = 0; i < d->field_count; i++) push_argument(L, h, &h->arguments[i]);
  return (int)d->field_count;
}

static size_t key_hash(const char *key) {
  return (uintptr_t)key >> 4 ^ (uintptr_t)key >> 12;
}

static size_t symbol_number(const lua_host *h, const symbol *s) {
  return (size_t)(s - h->evaluator->plan->scope.symbols);
}

/* The last symbol of the name that stands above the rule at hand; later ones of the same name stand
 * further along the way. NULL: nothing above is called so. */
static const symbol *find_key(const lua_host *h, const char *key) {
  const symbol *found = NULL;
  for (size_t i = key_hash(key) & h->key_mask; h->keys[i].key; i = (i + 1) & h->key_mask) {
    const symbol *s = h->keys[i].symbol;
    if (h->keys[i].key == key && symbol_number(h, s) < h->rule->visible) found = s;
  }
  if (found || strlen(key) <= 40) return found;
  const scope above = {h->evaluator->plan->scope.symbols, h->rule->visible, h->rule->visible};
  return scope_find(&above, key); /* long texts are not interned */
}

static int unknown_field(lua_State *L, const lua_host *h, const char *key) {
  const scope *s = &h->evaluator->plan->scope;
  const char *near = NULL;
  size_t best = 4; /* no further away than this */
  for (size_t i = 0; i < h->rule->visible; i++) {
    size_t d = text_distance(key, s->symbols[i].name);
    if (d < best) {
      best = d;
      near = s->symbols[i].name;
    }
  }
  return luaL_error(L, "the record has no field \"%s\"%s%s%s", key, near ? ", did you mean \"" : "",
                    near ? near : "", near ? "\"?" : "");
}

/* __index of the row */
static int row_index(lua_State *L) {
  const lua_host *h = lua_touserdata(L, lua_upvalueindex(1));
  if (lua_type(L, 2) != LUA_TSTRING)
    return luaL_error(L, "a field of the record is read by its name, not by a %s",
                      luaL_typename(L, 2));
  const char *key = lua_tostring(L, 2);
  const symbol *s = find_key(h, key);
  if (!s) return unknown_field(L, h, key);
  push_symbol(L, h, s);
  return 1;
}

static int row_newindex(lua_State *L) {
  return luaL_error(L, "the record cannot be changed: return the value instead");
}

/* ---- codes that a rule gives ---- */

static const code *known_code(const plan *p, const char *name) {
  for (size_t i = 0; i < p->code_count; i++)
    if (p->codes[i]->bit_count && !strcmp(p->codes[i]->name, name)) return p->codes[i];
  return NULL;
}

static pending *pending_of(lua_host *h, const code *c) {
  for (size_t i = 0; i < h->pending_count; i++)
    if (h->pending[i].code == c) return &h->pending[i];
  if (h->pending_count == h->pending_capacity) {
    size_t capacity = h->pending_capacity ? h->pending_capacity * 2 : 8;
    h->pending = mem_grow(h->pending, capacity, sizeof *h->pending);
    memset(h->pending + h->pending_capacity, 0,
           (capacity - h->pending_capacity) * sizeof *h->pending);
    h->pending_capacity = capacity;
  }
  pending *p = &h->pending[h->pending_count++];
  p->code = c;
  return p;
}

static void put_reason_value(lua_State *L, int at, buffer *out) {
  size_t n;
  buffer_reserve(out, 64);
  switch (lua_type(L, at)) {
  case LUA_TSTRING: {
    const char *text = lua_tolstring(L, at, &n);
    text_printable(out, text, n, 80);
    break;
  }
  case LUA_TNUMBER:
    if (lua_isinteger(L, at))
      buffer_format(out, "%lld", (long long)lua_tointeger(L, at));
    else
      out->size += number_write(out->data + out->size, lua_tonumber(L, at));
    break;
  case LUA_TBOOLEAN:
    buffer_text(out, lua_toboolean(L, at) ? "true" : "false");
    break;
  default:
    break;
  }
}

/* The values behind a code, with ',' between; a missing one stands for nothing. */
static void put_reason_values(lua_State *L, buffer *out) {
  const int last = lua_gettop(L);
  buffer_clear(out);
  for (int i = 2; i <= last; i++) {
    if (i > 2) buffer_char(out, ',');
    put_reason_value(L, i, out);
  }
}

static int reason(lua_State *L, rule_host *self) {
  lua_host *h = (lua_host *)self;
  const int last = lua_gettop(L);
  if (!h->rule) return luaL_error(L, "reason() belongs inside the function of a rule");
  if (lua_type(L, 1) != LUA_TSTRING)
    return luaL_error(L, "reason() wants a code, for instance reason(\"SEASONAL\"), not a %s",
                      luaL_typename(L, 1));
  if (last > 9) return luaL_error(L, "reason() takes a code and at most 8 values");
  for (int i = 2; i <= last; i++) {
    int kind = lua_type(L, i);
    if (kind == LUA_TTABLE || kind == LUA_TFUNCTION || kind == LUA_TUSERDATA)
      return luaL_error(L, "the value of reason() must be a number, a text or a boolean, not a %s",
                        luaL_typename(L, i));
  }
  const code *c = known_code(h->evaluator->plan, lua_tostring(L, 1));
  if (!c)
    return luaL_error(L, "the code \"%s\" stands in no list of codes: add it to one",
                      lua_tostring(L, 1));
  put_reason_values(L, &pending_of(h, c)->value);
  return 0;
}

static void give_pending(lua_host *h) {
  evaluator *v = h->evaluator;
  for (size_t i = 0; i < h->pending_count; i++) {
    const pending *p = &h->pending[i];
    if (p->value.size)
      give_value(v, h->row, p->code, p->value.data, p->value.size);
    else
      give(v, h->row, p->code);
  }
}

/* ---- running ---- */

static void set_missing(evaluator *v, const lua_rule *r, size_t row, size_t from) {
  for (size_t i = from; i < r->declared->output_count; i++) {
    column *to = evaluator_result(v, r->results[i]);
    lua_State *L = sandbox_lua(v->lua->state.sandbox);
    lua_pushnil(L);
    lua_value_take(L, -1, to, row, NULL);
    lua_pop(L, 1);
  }
}

static void fail_call(evaluator *v, const lua_rule *r, size_t row, sandbox_verdict verdict,
                      const sandbox_fault *f) {
  static const char *const kinds[] = {[SANDBOX_OK] = "RULE_ERROR",
                                      [SANDBOX_ERROR] = "RULE_ERROR",
                                      [SANDBOX_BUDGET] = "RULE_BUDGET",
                                      [SANDBOX_MEMORY] = "RULE_MEMORY"};
  step_place at = r->base.at;
  if (f->file[0]) at.file = arena_string(&v->frame.out->texts, f->file);
  if (f->line) at.line = f->line;
  frame_fail(&v->frame, row, kinds[verdict], &at, "%s", f->message);
}

/* The usual values, without asking what the column is. Returns false to have it asked. */
static bool take_plain(lua_State *L, int at, const returned *r, size_t row) {
  int kind = lua_type(L, at);
  if (kind == LUA_TNUMBER && r->unit && lua_isinteger(L, at)) {
    int64_t *to = &r->to->i64[row];
    return !__builtin_mul_overflow(lua_tointeger(L, at), r->unit, to) && *to != MISSING_I64;
  }
  if (kind == LUA_TNUMBER && r->unit) {
    /* a float that is a decimal of so many digits, the nearest to it */
    double x = lua_tonumber(L, at) * (double)r->unit;
    if (!r->written || !(fabs(x) < 9e15)) return false;
    int64_t near = (int64_t)(x < 0 ? x - 0.5 : x + 0.5);
    r->to->i64[row] = near;
    return (double)near / (double)r->unit == lua_tonumber(L, at);
  }
  if (kind != LUA_TSTRING || !r->words) return false;
  const char *text = lua_tostring(L, at);
  for (size_t i = 0; i < r->to->type.choices->count; i++) {
    if (r->words[i] != text) continue;
    r->to->i32[row] = (int32_t)i;
    return true;
  }
  return false;
}

/* What came back, into the columns; the first value that is not of its type fails the record. */
static void take_results(evaluator *v, const lua_rule *r, size_t row, lua_State *L) {
  size_t count = r->declared->output_count;
  int first = lua_gettop(L) - (int)count + 1;
  char message[256];
  for (size_t i = 0; i < count; i++) {
    const returned *x = &v->lua->returned[i];
    if (take_plain(L, first + (int)i, x, row)) continue;
    const char *wrong = lua_value_take(L, first + (int)i, x->to, row, message);
    if (!wrong) continue;
    if (count > 1)
      evaluator_fail(v, row, "RULE_ERROR", &r->base, 0, "output \"%s\": %s",
                     r->declared->outputs[i].name, wrong);
    else
      evaluator_fail(v, row, "RULE_ERROR", &r->base, 0, "%s", wrong);
    set_missing(v, r, row, i + 1);
    return;
  }
  give_pending(v->lua);
}

static void prepare_batch(lua_host *h, const lua_rule *r) {
  arena *scratch = &h->evaluator->frame.scratch;
  h->rule = r;
  h->arguments = arena_array(scratch, r->declared->field_count + 1, sizeof *h->arguments);
  for (size_t i = 0; r->declared->positional && i < r->declared->field_count; i++)
    prepare_argument(h, r->arguments[i], &h->arguments[i]);
  h->returned = arena_array(scratch, r->declared->output_count + 1, sizeof *h->returned);
  for (size_t i = 0; i < r->declared->output_count; i++) {
    column *to = evaluator_result(h->evaluator, r->results[i]);
    type_kind kind = to->type.kind;
    bool decimal = kind == TYPE_MONEY || kind == TYPE_DECIMAL;
    h->returned[i] = (returned){
        .to = to,
        .words = h->words[r->made[i]].texts,
        .unit = decimal || kind == TYPE_INTEGER ? to->type.denominator : 0,
        .written = decimal && to->type.denominator == pow10_i64(to->type.digits),
    };
  }
}

static void run(const stage *base, evaluator *v) {
  const lua_rule *r = (const lua_rule *)base;
  lua_host *h = v->lua;
  lua_State *L = sandbox_lua(h->state.sandbox);
  int ref = h->state.functions[r->declared->function], count = (int)r->declared->output_count;
  sandbox_fault f;
  prepare_batch(h, r);
  for (size_t row = 0; row < v->frame.rows; row++) {
    if (v->frame.out->failed[row]) {
      set_missing(v, r, row, 0);
      continue;
    }
    h->row = row;
    sandbox_verdict verdict = sandbox_call(h->state.sandbox, ref, push_arguments, h, count, &f);
    if (verdict == SANDBOX_OK) {
      take_results(v, r, row, L);
      lua_settop(L, 0);
    } else {
      fail_call(v, r, row, verdict, &f);
      set_missing(v, r, row, 0);
    }
  }
  h->rule = NULL;
  if (v->trace) trace_unless(v, r->point, v->frame.out->failed);
}

/* ---- compiling ---- */

static void use(builder *b, symbol *s) {
  s->used = true;
  if (s->type.kind == TYPE_LIST && s->slot >= 0) build_list_kept(b, (size_t)s->slot);
}

static const symbol *find_argument(builder *b, const char *name) {
  scope *all = &b->plan->scope;
  symbol *s = scope_find(all, name);
  if (!s) {
    const char **names = arena_array(&b->plan->arena, all->count + 1, sizeof *names);
    for (size_t i = 0; i < all->count; i++) names[i] = all->symbols[i].name;
    build_error(b, b->step->at,
                "rule \"%s\" reads \"%s\", which is no field and nothing that a step "
                "above makes%s",
                b->step->name, name, build_suggestion(b, name, names, all->count));
  }
  if (s && s->faulty) return NULL;
  if (s) use(b, s);
  return s;
}

/* The record goes where nobody can follow: every field may be read. */
static void use_all(builder *b) {
  scope *all = &b->plan->scope;
  for (size_t i = 0; i < all->count; i++) use(b, &all->symbols[i]);
}

stage *lua_rule_compile(builder *b, const step *step_) {
  const lua_step *d = &step_->lua;
  lua_rule *r = build_stage(b, sizeof *r, NULL, run);
  bool ok = true;
  r->declared = d;
  r->visible = b->plan->scope.count;
  r->arguments = arena_array(&b->plan->arena, d->field_count + 1, sizeof *r->arguments);
  for (size_t i = 0; i < d->field_count; i++)
    ok = (r->arguments[i] = find_argument(b, d->fields[i])) && ok;
  if (!d->positional && !d->field_count) use_all(b);
  const scope *all = &b->plan->scope;
  r->results = arena_array(&b->plan->arena, d->output_count + 1, sizeof *r->results);
  r->made = arena_array(&b->plan->arena, d->output_count + 1, sizeof *r->made);
  for (size_t i = 0; i < d->output_count; i++) {
    value_type t = d->outputs[i].type;
    if (!t.denominator) t.denominator = 1;
    r->results[i] = build_result(b, d->outputs[i].name, t, "rule", step_->at);
    ok = r->results[i] >= 0 && ok;
    if (ok) r->made[i] = (size_t)(scope_find(all, d->outputs[i].name) - all->symbols);
  }
  r->point = trace_declare(b, POINT_RULE, step_->name, step_->at, 1);
  r->point->ways[0] = (trace_way){.label = step_->name, .at = step_->at};
  r->point->outcome = d->output_count == 1 ? d->outputs[0].name : NULL;
  b->plan->lua_count++;
  return ok ? &r->base : NULL;
}

/* ---- the state ---- */

static void add_key(lua_host *h, lua_State *L, const symbol *s) {
  lua_pushstring(L, s->name);
  const char *key = lua_tostring(L, -1);
  size_t i = key_hash(key) & h->key_mask;
  while (h->keys[i].key) i = (i + 1) & h->key_mask;
  h->keys[i] = (key_slot){key, s};
  luaL_ref(L, LUA_REGISTRYINDEX); /* keeps it, and so its address */
}

static void add_words(lua_host *h, lua_State *L, size_t number, const symbol *s) {
  if (s->type.kind != TYPE_CHOICE) return;
  word_list *words = &h->words[number];
  words->refs = mem_array(s->type.choices->count + 1, sizeof *words->refs);
  words->texts = mem_array(s->type.choices->count + 1, sizeof *words->texts);
  for (size_t i = 0; i < s->type.choices->count; i++) {
    lua_pushstring(L, s->type.choices->names[i]);
    words->texts[i] = lua_tostring(L, -1);
    words->refs[i] = luaL_ref(L, LUA_REGISTRYINDEX);
  }
}

static void make_row(lua_host *h, lua_State *L) {
  lua_newuserdatauv(L, 1, 0);
  lua_createtable(L, 0, 4);
  lua_pushlightuserdata(L, h);
  lua_pushcclosure(L, row_index, 1);
  lua_setfield(L, -2, "__index");
  lua_pushcfunction(L, row_newindex);
  lua_setfield(L, -2, "__newindex");
  lua_pushboolean(L, 0);
  lua_setfield(L, -2, "__metatable");
  lua_pushstring(L, "record");
  lua_setfield(L, -2, "__name");
  lua_setmetatable(L, -2);
  h->row_ref = luaL_ref(L, LUA_REGISTRYINDEX);
}

/* Everything that is made in the state before the first call; runs protected. */
static int prepare(lua_State *L) {
  lua_host *h = lua_touserdata(L, 1);
  const scope *s = &h->evaluator->plan->scope;
  luaL_checkstack(L, 16, "no room");
  for (size_t i = 0; i < s->count; i++) {
    add_key(h, L, &s->symbols[i]);
    add_words(h, L, i, &s->symbols[i]);
  }
  make_row(h, L);
  lua_lists_prepare(h->lists, L);
  return 0;
}

static int push_host(lua_State *L, void *ctx) {
  lua_pushlightuserdata(L, ctx);
  return 1;
}

error_code lua_host_open(evaluator *v, error *e) {
  const scope *s = &v->plan->scope;
  lua_host *h = v->lua = mem_alloc(sizeof *h);
  h->host.reason = reason;
  h->evaluator = v;
  h->words = mem_array(s->count + 1, sizeof *h->words);
  h->lists = lua_lists_new(v->plan->pack);
  for (h->key_mask = 16; h->key_mask < s->count * 4; h->key_mask *= 2) continue;
  h->keys = mem_array(h->key_mask--, sizeof *h->keys);
  error_code failed = pack_state_open(v->plan->pack, &h->state, e);
  if (failed) return failed;
  sandbox_set_company(h->state.sandbox, v->plan->pack->zone, &v->plan->workdays);
  sandbox_fault f;
  sandbox_set_context(h->state.sandbox, h);
  lua_pushcfunction(sandbox_lua(h->state.sandbox), prepare);
  int ref = luaL_ref(sandbox_lua(h->state.sandbox), LUA_REGISTRYINDEX);
  if (sandbox_call(h->state.sandbox, ref, push_host, h, 0, &f) != SANDBOX_OK)
    return error_set(e, ERR_INTERNAL, "%s: the state of its rules cannot be prepared: %s",
                     v->plan->pack->name, f.message);
  return ERR_OK;
}

void lua_host_close(evaluator *v) {
  lua_host *h = v->lua;
  if (!h) return;
  pack_state_close(&h->state);
  lua_lists_free(h->lists);
  for (size_t i = 0; i < v->plan->scope.count; i++) {
    free(h->words[i].refs);
    free(h->words[i].texts);
  }
  for (size_t i = 0; i < h->pending_capacity; i++) buffer_deinit(&h->pending[i].value);
  free(h->pending);
  free(h->words);
  free(h->keys);
  free(h);
  v->lua = NULL;
}

error_code lua_host_start(evaluator *v, error *e) {
  return v->lua ? sandbox_watch_start(v->lua->state.sandbox, e) : ERR_OK;
}

void lua_host_stop(evaluator *v) {
  if (v->lua) sandbox_watch_stop(v->lua->state.sandbox);
}

void lua_host_hear_lines(evaluator *v, sandbox_line *line, sandbox_line *ran, void *ctx) {
  if (!v->lua) return;
  const pack_state *state = &v->lua->state;
  for (size_t i = 0; i < v->plan->pack->function_count; i++)
    sandbox_lines_of(state->sandbox, state->functions[i], line, ctx);
  sandbox_hear_lines(state->sandbox, ran, ctx);
}
