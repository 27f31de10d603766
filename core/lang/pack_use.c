/* use "name": shared Lua of rules/lib, which packs use as if it were their own. Its text is a file of the
 * pack, so it is part of its hash and its archive; it runs in the same sandbox, once for each state, and
 * what rules keep of it is frozen like everything else. */
#include "pack_load.h"

#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* ---- finding the script ---- */

static bool is_name(const char *name) {
  size_t good = strspn(name, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-");
  return *name && !name[good] && strlen(name) <= 60;
}

/* lib beside the pack's folder, then in every folder of packs. */
static size_t lib_folders(const loader *l, const char ***out) {
  arena *a = &l->pack->arena;
  const char *folder = l->pack->folder, *slash = strrchr(folder, '/');
  const char **packs = NULL;
  size_t count = 0;
  bool plain = folder[strspn(folder, "./")] != '\0';
  *ARENA_PUSH(a, *out, count) = !plain  ? arena_format(a, "%s/../lib", folder)
                                : slash ? arena_format(a, "%.*s/lib", (int)(slash - folder), folder)
                                        : "lib";
  const size_t found = pack_rule_folders(a, &packs);
  for (size_t i = 0; i < found; i++) {
    const char *lib = arena_format(a, "%s/lib", packs[i]);
    if (strcmp(lib, (*out)[0]) != 0) *ARENA_PUSH(a, *out, count) = lib;
  }
  return count;
}

/* What is there to be used, for "did you mean". */
static const char **lib_names(const loader *l, const char *const *folders, size_t folder_count,
                              size_t *count) {
  const char **names = NULL;
  *count = 0;
  for (size_t i = 0; i < folder_count; i++) {
    DIR *d = opendir(folders[i]);
    for (struct dirent *e; d && (e = readdir(d));) {
      size_t n = strlen(e->d_name);
      if (n > 4 && e->d_name[0] != '.' && strcmp(e->d_name + n - 4, ".lua") == 0)
        *ARENA_PUSH(&l->pack->arena, names, *count) =
            arena_string_n(&l->pack->arena, e->d_name, n - 4);
    }
    if (d) closedir(d);
  }
  return names;
}

static int not_found(lua_State *L, const loader *l, const char *name, const char *const *folders,
                     size_t count) {
  arena *a = &l->pack->arena;
  const char *searched = "";
  size_t known;
  const char **names = lib_names(l, folders, count, &known);
  for (size_t i = 0; i < count; i++)
    searched = arena_format(a, "%s%s%s/%s.lua", searched, i ? ", " : "", folders[i], name);
  return luaL_error(L, "there is no script \"%s\" to use: looked for %s%s", name, searched,
                    declare_meant(l, name, names, known));
}

/* The script, read and counted as part of the pack. Raises an error if it is not there. */
static const loading_script *read_script(lua_State *L, loader *l, const char *name) {
  pack *p = l->pack;
  arena *a = &p->arena;
  const char **folders = NULL, *file = arena_format(a, "lib/%s.lua", name), *path = NULL;
  const size_t count = lib_folders(l, &folders);
  size_t size = 0;
  char *data = NULL;
  for (size_t i = 0; i < count && !data; i++) {
    path = arena_format(a, "%s/%s.lua", folders[i], name);
    errno = 0;
    data = pack_read_member(l, file, path, &size);
    if (!data && errno != ENOENT && errno != ENOTDIR)
      luaL_error(L, "%s cannot be read: %s", path, strerror(errno));
  }
  if (!data) not_found(L, l, name, folders, count);
  *ARENA_PUSH(a, p->files, p->file_count) = (pack_file){file, data, size};
  loading_script *script = arena_alloc(a, sizeof *script);
  *script = (loading_script){path, data, size, script_places_new(a, data, size)};
  *ARENA_PUSH(a, p->scripts, p->script_count) =
      (pack_script){path, data, size, arena_string(a, name)};
  *ARENA_PUSH(a, l->loaded, l->loaded_count) = script;
  return script;
}

/* ---- what was used already ---- */

/* Pushes what the script gave when it was used before; false (nothing pushed) if this is the first
 * time. `used` is a table in the registry: false = being run, a list of one value = done. */
static bool push_used(lua_State *L, int used, const char *name) {
  lua_rawgeti(L, LUA_REGISTRYINDEX, used);
  int type = lua_getfield(L, -1, name);
  if (type == LUA_TBOOLEAN)
    luaL_error(L, "\"%s\" is used while it is being run: two scripts of lib use each other", name);
  if (type == LUA_TTABLE) lua_rawgeti(L, -1, 1);
  if (type == LUA_TTABLE) return true;
  lua_pushboolean(L, 0);
  lua_setfield(L, -3, name);
  lua_pop(L, 2);
  return false;
}

/* Keeps the value on top of the stack as that of the script. */
static void keep_used(lua_State *L, int used, const char *name) {
  lua_rawgeti(L, LUA_REGISTRYINDEX, used);
  lua_createtable(L, 1, 0);
  lua_pushvalue(L, -3);
  lua_rawseti(L, -2, 1);
  lua_setfield(L, -2, name);
  lua_pop(L, 1);
}

static const char *wanted_name(lua_State *L) {
  luaL_checkstack(L, 20, "use");
  if (lua_type(L, 1) != LUA_TSTRING || !is_name(lua_tostring(L, 1)))
    luaL_error(L, "use wants the name of a script in rules/lib, without a path and .lua: use "
                  "\"name\"");
  lua_settop(L, 1);
  return lua_tostring(L, 1);
}

/* ---- while the pack is loaded ---- */

static int use_loading(lua_State *L) {
  loader *l = declare_loader(L);
  const char *name = wanted_name(L);
  if (push_used(L, l->used, name)) return 1;
  const loading_script *before = l->script, *script = read_script(L, l, name);
  declare_pending(l);
  l->script = script;
  if (!sandbox_chunk(L, script->file, script->text, script->size, l->out))
    return luaL_error(L, "\"%s\" cannot be used: its mistakes are told where they are", name);
  lua_call(L, 0, 1);
  declare_pending(l);
  l->script = before;
  keep_used(L, l->used, name);
  return 1;
}

void pack_declare_use(loader *l, sandbox *s) {
  lua_State *L = sandbox_lua(s);
  lua_newtable(L);
  l->used = luaL_ref(L, LUA_REGISTRYINDEX);
  sandbox_declare(s, "use", use_loading);
}

/* ---- in the run world ---- */

static int use_running(lua_State *L) {
  const pack *p = lua_touserdata(L, lua_upvalueindex(1));
  int used = (int)lua_tointeger(L, lua_upvalueindex(2));
  const char *name = wanted_name(L);
  if (push_used(L, used, name)) return 1;
  for (size_t i = 0; i < p->script_count; i++) {
    const pack_script *c = &p->scripts[i];
    findings found = {0};
    if (!c->use || strcmp(c->use, name) != 0) continue;
    bool good = sandbox_chunk(L, c->file, c->text, c->size, &found);
    findings_deinit(&found);
    if (!good) return luaL_error(L, "\"%s\" cannot be used", name);
    lua_call(L, 0, 1);
    keep_used(L, used, name);
    return 1;
  }
  return luaL_error(L,
                    "\"%s\" was not used when the pack was loaded; a script must do the same each "
                    "time",
                    name);
}

void pack_provide_use(const pack *p, sandbox *s) {
  lua_State *L = sandbox_lua(s);
  lua_newtable(L);
  lua_Integer used = luaL_ref(L, LUA_REGISTRYINDEX);
  lua_pushlightuserdata(L, (void *)p);
  lua_pushinteger(L, used);
  lua_pushcclosure(L, use_running, 2);
  sandbox_declare_top(s, "use");
}
