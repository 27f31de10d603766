/* Loads tests.lua in a sandbox of its own. */
#include "rule_tests.h"

#include <stdlib.h>
#include <string.h>
#include "declare_tests.h"

/* The bare word `none`: a marked table. */
static void provide_none(sandbox *s) {
  lua_State *L = sandbox_lua(s);
  loader *l = sandbox_context(L);
  lua_newtable(L);
  lua_rawgeti(L, LUA_REGISTRYINDEX, l->marks);
  lua_pushvalue(L, -2);
  lua_pushinteger(L, WORD_none);
  lua_rawset(L, -3);
  lua_pop(L, 1);
  lua_setglobal(L, "none");
}

static void run(tests_loader *t, const pack_file *f) {
  loader *l = &t->loader;
  arena *a = &l->pack->arena;
  sandbox *s = sandbox_new(SANDBOX_LOAD_BUDGET);
  if (!s) {
    findings_add(l->out, SEVERITY_ERROR, t->tests->file, 1, "there is no memory to load the tests");
    return;
  }
  loading_script script = {t->tests->file, f->data, f->size,
                           script_places_new(a, f->data, f->size)};
  l->script = &script;
  lua_newtable(sandbox_lua(s));
  l->marks = luaL_ref(sandbox_lua(s), LUA_REGISTRYINDEX);
  sandbox_set_context(s, l);
  provide_none(s);
  for (const declaration *d = declare_test_words; d->name; d++)
    sandbox_declare(s, d->name, d->function);
  if (sandbox_run(s, script.file, script.text, script.size, l->out)) declare_pending(l);
  sandbox_free(s);
}

rule_tests *rule_tests_load(const pack *p, findings *out) {
  rule_tests *made = mem_alloc(sizeof *made);
  pack *scratch = mem_alloc(sizeof *scratch);
  tests_loader t = {.loader = {.pack = scratch, .out = out, .folder = p->folder, .company = true},
                    .tested = p,
                    .tests = made};
  size_t errors = out->errors;
  scratch->name = p->name;
  scratch->folder = p->folder;
  scratch->currency_digits = p->currency_digits;
  scratch->zone = p->zone;
  const pack_file *f = pack_read(&t.loader, "tests.lua", (place){p->folder, 0}, true);
  if (f) {
    made->file = arena_format(&scratch->arena, "%s/%s", p->folder, f->name);
    made->text = f->data;
    made->size = f->size;
    run(&t, f);
  }
  made->arena = scratch->arena;
  free(scratch);
  if (out->errors == errors) return made;
  rule_tests_free(made);
  return NULL;
}

void rule_tests_free(rule_tests *t) {
  if (!t) return;
  arena_deinit(&t->arena);
  free(t);
}
