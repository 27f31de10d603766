/* The run world of a pack: its scripts executed once more, with declarations that only keep the
 * functions of the rules. It must never declare: the pack is fixed by then. */
#include "pack_load.h"

#include <stdlib.h>
#include <string.h>

/* The context while the scripts run; the caller of the rules sets its own afterwards. */
typedef struct opening {
  rule_host host; /* first, as reason() expects */
  size_t count, expected;
  int *refs;
} opening;

static int reason_outside(lua_State *L, rule_host *self) {
  (void)self;
  return luaL_error(L, "reason() belongs inside the function of a rule");
}

static int reason(lua_State *L) {
  rule_host *host = sandbox_context(L);
  if (!host || !host->reason) return reason_outside(L, host);
  return host->reason(L, host);
}

void pack_provide_reason(sandbox *s) {
  lua_pushcfunction(sandbox_lua(s), reason);
  sandbox_provide(s, "reason");
}

/* What every other declaration is now: it takes anything, and can be called again. */
static int quiet(lua_State *L) {
  lua_pushcfunction(L, quiet);
  return 1;
}

/* The function on top of the stack, if it is one; pops it. */
static void keep_function(lua_State *L) {
  opening *o = sandbox_context(L);
  if (!lua_isfunction(L, -1) || lua_iscfunction(L, -1)) {
    lua_pop(L, 1);
    return;
  }
  int ref = luaL_ref(L, LUA_REGISTRYINDEX);
  if (o->count < o->expected) o->refs[o->count] = ref;
  o->count++;
}

static int rule_body(lua_State *L) {
  if (!lua_istable(L, 1)) return 0;
  lua_rawgeti(L, 1, 1);
  keep_function(L);
  return 0;
}

/* characteristic { ..., points = function(c) ... end } */
static int characteristic_body(lua_State *L) {
  if (lua_istable(L, 1)) {
    lua_pushstring(L, "points");
    lua_rawget(L, 1);
    keep_function(L);
  }
  return quiet(L);
}

static int rule(lua_State *L) {
  if (lua_istable(L, 2)) {
    lua_remove(L, 1);
    return rule_body(L);
  }
  lua_pushcfunction(L, rule_body);
  return 1;
}

static void declare_quiet(sandbox *s) {
  for (const declaration *const *g = declare_groups; *g; g++)
    for (const declaration *d = *g; d->name; d++) sandbox_declare(s, d->name, quiet);
  sandbox_declare(s, "rule", rule);
  sandbox_declare(s, "characteristic", characteristic_body);
}

static bool run_all(const pack *p, sandbox *s, findings *found) {
  for (size_t i = 0; i < p->script_count; i++) {
    const pack_script *c = &p->scripts[i];
    if (c->use) continue;
    if (!sandbox_run(s, c->file, c->text, c->size, found)) return false;
  }
  return sandbox_seal(s, p->scripts[0].file, p->budget, found);
}

error_code pack_state_open(const pack *p, pack_state *out, error *e) {
  findings found = {0};
  error_code code = ERR_OK;
  *out = (pack_state){.sandbox = sandbox_new(SANDBOX_LOAD_BUDGET)};
  if (!out->sandbox) return error_set(e, ERR_INTERNAL, "%s: no memory for its rules", p->name);
  out->functions = mem_array(p->function_count + 1, sizeof *out->functions);
  opening o = {{reason_outside}, 0, p->function_count, out->functions};
  sandbox_set_context(out->sandbox, &o);
  pack_provide_reason(out->sandbox);
  declare_quiet(out->sandbox);
  pack_provide_use(p, out->sandbox);
  if (!run_all(p, out->sandbox, &found)) {
    code = findings_to_error(&found, e, ERR_PACK);
  } else if (o.count != p->function_count) {
    code = error_set(e, ERR_PACK,
                     "%s:1: the scripts declare %zu rules when loaded and %zu when run; a "
                     "script must do the same each time",
                     p->scripts[0].file, p->function_count, o.count);
  }
  sandbox_set_context(out->sandbox, NULL);
  findings_deinit(&found);
  if (code) pack_state_close(out);
  return code;
}

void pack_state_close(pack_state *s) {
  if (s->sandbox) sandbox_free(s->sandbox);
  free(s->functions);
  *s = (pack_state){0};
}
