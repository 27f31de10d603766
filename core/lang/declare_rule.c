/* rule "name" { type = T, function(c) ... end }: a Lua function of the record; and functions that stand
 * within another declaration, each a rule as well. What one reads, and whether it can be given its
 * fields as arguments, is found later (row_access.h). */
#include "declare.h"

#include <string.h>

/* Where the function on top of the stack stands; pops it. False after a finding. */
static bool pop_function(const body *b, rule_function *out) {
  lua_Debug d;
  lua_getinfo(b->L, ">Su", &d);
  *out = (rule_function){b->at.file, d.linedefined, d.lastlinedefined, 0, 0};
  if (d.nparams == 1 && !d.isvararg) return true;
  declare_error(b->l, (place){b->at.file, d.linedefined},
                "the function of %s must take exactly one "
                "argument, the record: function(c) ... end",
                b->what);
  return false;
}

static bool read_function(const body *b, rule_function *out) {
  lua_State *L = b->L;
  int type = body_push_item(b, 1);
  if (type != LUA_TFUNCTION || lua_iscfunction(L, -1)) {
    declare_error(
        b->l, type == LUA_TNIL ? b->at : body_item_at(b, 1),
        "%s needs a function of the record: %s { type = boolean, function(c) return c.visits "
        "== 0 end }",
        b->what, b->what);
    lua_pop(L, 1);
    return false;
  }
  return pop_function(b, out);
}

static void read_results(const body *b, const char *name, lua_step *s) {
  declare_outputs(b, &s->output_count, &s->outputs);
  if (s->output_count) {
    for (size_t i = 0; i < s->output_count; i++)
      if (s->outputs[i].type.kind == TYPE_CHOICE && !s->outputs[i].type.choices)
        declare_error(b->l, body_key_at(b, "outputs"),
                      "the output \"%s\" of %s has no type: "
                      "{ \"%s\", integer }",
                      s->outputs[i].name, b->what, s->outputs[i].name);
    if (body_has(b, "type"))
      declare_error(b->l, body_key_at(b, "type"),
                    "%s has both type and outputs; type is for a rule with "
                    "one output, named as the rule",
                    b->what);
    return;
  }
  value_type type = {0};
  if (!body_has(b, "type"))
    declare_error(b->l, b->at, "%s does not say the type of what it returns: type = boolean",
                  b->what);
  body_type(b, "type", &type);
  *ARENA_PUSH(&b->l->pack->arena, s->outputs, s->output_count) = (table_output){name, type};
}

/* Adds the step of a rule. */
static void add_rule(body *b, const char *name, rule_function f, size_t visible, lua_step r) {
  loader *l = b->l;
  step *s = declare_step(b, STEP_LUA, name);
  s->lua = r;
  f.step = l->pack->step_count - 1;
  f.visible = visible;
  *ARENA_PUSH(&l->pack->arena, l->rule_functions, l->rule_function_count) = f;
}

static void fill_rule(body *b, const char *name) {
  static const char *const keys[] = {"type", "outputs"};
  loader *l = b->l;
  rule_function f;
  body_check(b, COUNTED(keys), true);
  lua_step r = {0};
  read_results(b, name, &r);
  size_t visible = l->name_count;
  declare_output_names(b, "rule", name, r.outputs, r.output_count);
  if (body_count(b) > 1)
    declare_error(l, body_item_at(b, 2), "%s has more than one function", b->what);
  if (!read_function(b, &f)) return;
  r.function = l->function_count++;
  add_rule(b, name, f, visible, r);
}

/* ---- functions within other declarations ---- */

void declare_meet_function(lua_State *L, const char *key) {
  loader *l = declare_loader(L);
  if (!lua_istable(L, 1)) return;
  luaL_checkstack(L, 10, key);
  lua_pushstring(L, key);
  if (lua_rawget(L, 1) == LUA_TFUNCTION && !lua_iscfunction(L, -1)) {
    lua_rawgeti(L, LUA_REGISTRYINDEX, l->functions);
    lua_pushvalue(L, -2);
    lua_pushinteger(L, (lua_Integer)l->function_count++);
    lua_rawset(L, -3);
    lua_pop(L, 1);
  }
  lua_pop(L, 1);
}

/* The number of the function on top of the stack, which stays. */
static size_t number_of(const body *b) {
  lua_rawgeti(b->L, LUA_REGISTRYINDEX, b->l->functions);
  lua_pushvalue(b->L, -2);
  lua_rawget(b->L, -2);
  const size_t number = (size_t)lua_tointeger(b->L, -1);
  lua_pop(b->L, 2);
  return number;
}

bool declare_inline_rule(body *b, const char *key, const char *name) {
  rule_function f;
  lua_step r = {0};
  value_type type = {0};
  if (body_push_key(b, key) != LUA_TFUNCTION || lua_iscfunction(b->L, -1)) {
    lua_pop(b->L, 1);
    return false;
  }
  r.function = number_of(b);
  if (!body_has(b, "type"))
    declare_error(b->l, body_key_at(b, key),
                  "%s does not say the type of what its function returns: type = decimal(2)",
                  b->what);
  const bool good = pop_function(b, &f);
  const size_t visible = b->l->name_count;
  body_type(b, "type", &type);
  *ARENA_PUSH(&b->l->pack->arena, r.outputs, r.output_count) = (table_output){name, type};
  declare_output_names(b, "rule", name, r.outputs, r.output_count);
  if (good) add_rule(b, name, f, visible, r);
  return true;
}

static int word_rule(lua_State *L) {
  static const named_word w = {"rule", fill_rule};
  return declare_named(L, &w);
}

const declaration declare_rule_words[] = {{"rule", word_rule}, {NULL, NULL}};
