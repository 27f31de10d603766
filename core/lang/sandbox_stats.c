/* stats for rules: of a list of numbers, or of one field of a list of records. What is missing does not
 * count; of nothing there is no mean, median or percentile. Sums go from the first to the last, so that
 * they are the same everywhere. */
#include <math.h>
#include <string.h>
#include "sandbox_state.h"

/* The numbers of a list that are there. Lives in a userdata on the stack. */
typedef struct sample {
  size_t count;
  bool whole; /* all are integers */
  lua_Number *values;
} sample;

/* Pushes the value of entry i: itself, or its field. */
static void push_entry(lua_State *L, int list, lua_Integer i, int field) {
  lua_geti(L, list, i);
  if (!field || lua_isnil(L, -1)) return;
  if (lua_type(L, -1) != LUA_TTABLE && lua_type(L, -1) != LUA_TUSERDATA)
    luaL_error(L, "entry %d of the list is a %s, and has no field '%s'", (int)i,
               luaL_typename(L, -1), lua_tostring(L, field));
  lua_pushvalue(L, field);
  lua_gettable(L, -2);
  lua_remove(L, -2);
}

/* Checks the list at 1 and the name of a field, if there is one, at *field (0: there is none); its
 * length. */
static lua_Integer open_list(lua_State *L, int *field) {
  if (lua_type(L, 1) != LUA_TTABLE && lua_type(L, 1) != LUA_TUSERDATA) luaL_typeerror(L, 1, "list");
  if (lua_isnoneornil(L, *field))
    *field = 0;
  else
    luaL_checktype(L, *field, LUA_TSTRING);
  lua_Integer n = luaL_len(L, 1);
  luaL_argcheck(L, n >= 0 && n < ((lua_Integer)1 << 28), 1, "the list is too long");
  sandbox_charge(L, 4 + 8 * (uint64_t)n);
  luaL_checkstack(L, 8, NULL);
  return n;
}

static sample read_sample(lua_State *L, int field) {
  lua_Integer n = open_list(L, &field);
  sample s = {.whole = true};
  s.values = lua_newuserdatauv(L, (size_t)(n ? n : 1) * sizeof *s.values, 0);
  for (lua_Integer i = 1; i <= n; i++) {
    push_entry(L, 1, i, field);
    if (lua_type(L, -1) == LUA_TNUMBER) {
      s.whole = s.whole && lua_isinteger(L, -1);
      s.values[s.count++] = lua_tonumber(L, -1);
    } else if (!lua_isnil(L, -1)) {
      luaL_error(L, "entry %d of the list is a %s; a number is expected", (int)i,
                 luaL_typename(L, -1));
    }
    lua_pop(L, 1);
  }
  return s;
}

/* An integer if it can be one exactly. */
static int push_number(lua_State *L, lua_Number x, bool whole) {
  if (whole && fabs(x) < 9007199254740992.0)
    lua_pushinteger(L, (lua_Integer)x);
  else
    lua_pushnumber(L, x);
  return 1;
}

static lua_Number sum_of(const sample *s) {
  lua_Number sum = 0;
  for (size_t i = 0; i < s->count; i++) sum += s->values[i];
  return sum;
}

/* Whatever is there counts, not only numbers. */
static int stats_count(lua_State *L) {
  int field = 2;
  lua_Integer count = 0;
  if (library_missing(L, 1, 1)) return 1;
  lua_Integer n = open_list(L, &field);
  for (lua_Integer i = 1; i <= n; i++) {
    push_entry(L, 1, i, field);
    count += !lua_isnil(L, -1);
    lua_pop(L, 1);
  }
  lua_pushinteger(L, count);
  return 1;
}

static int stats_sum(lua_State *L) {
  if (library_missing(L, 1, 1)) return 1;
  sample s = read_sample(L, 2);
  return push_number(L, sum_of(&s), s.whole);
}

static int stats_mean(lua_State *L) {
  if (library_missing(L, 1, 1)) return 1;
  sample s = read_sample(L, 2);
  if (s.count)
    lua_pushnumber(L, sum_of(&s) / (lua_Number)s.count);
  else
    lua_pushnil(L);
  return 1;
}

static int extreme(lua_State *L, bool least) {
  if (library_missing(L, 1, 1)) return 1;
  sample s = read_sample(L, 2);
  if (!s.count) {
    lua_pushnil(L);
    return 1;
  }
  lua_Number out = s.values[0];
  for (size_t i = 1; i < s.count; i++)
    if (least ? s.values[i] < out : s.values[i] > out) out = s.values[i];
  return push_number(L, out, s.whole);
}

static int stats_least(lua_State *L) {
  return extreme(L, true);
}

static int stats_greatest(lua_State *L) {
  return extreme(L, false);
}

/* A heap sort: no recursion, no memory of its own, the same steps for the same list. */
static void sift(lua_Number *v, size_t from, size_t n) {
  lua_Number held = v[from];
  for (size_t child; (child = 2 * from + 1) < n; from = child) {
    if (child + 1 < n && v[child] < v[child + 1]) child++;
    if (!(held < v[child])) break;
    v[from] = v[child];
    v[child] = held;
  }
}

static void sort(lua_State *L, sample *s) {
  uint64_t depth = 1;
  for (size_t n = s->count; n; n /= 2) depth++;
  sandbox_charge(L, s->count * depth / 2);
  for (size_t i = 0; i < s->count; i++)
    if (isnan(s->values[i])) luaL_error(L, "the list holds a value that is not a number (0/0)");
  for (size_t i = s->count / 2; i-- > 0;) sift(s->values, i, s->count);
  for (size_t n = s->count; n > 1; n--) {
    lua_Number greatest = s->values[0];
    s->values[0] = s->values[n - 1];
    s->values[n - 1] = greatest;
    sift(s->values, 0, n - 1);
  }
}

/* Between the two nearest values in proportion, as spreadsheets do (PERCENTILE.INC). */
static int push_percentile(lua_State *L, sample *s, lua_Number percent) {
  if (!s->count) {
    lua_pushnil(L);
    return 1;
  }
  sort(L, s);
  lua_Number at = percent / 100 * (lua_Number)(s->count - 1);
  size_t below = (size_t)floor(at);
  lua_Number part = at - floor(at), out = s->values[below];
  if (part > 0) {
    volatile lua_Number step = (s->values[below + 1] - out) * part; /* never fused with the sum */
    out += step;
  }
  return push_number(L, out, s->whole && floor(out) == out);
}

static int stats_median(lua_State *L) {
  if (library_missing(L, 1, 1)) return 1;
  sample s = read_sample(L, 2);
  return push_percentile(L, &s, 50);
}

/* percentile(list, percent, field) */
static int stats_percentile(lua_State *L) {
  if (library_missing(L, 1, 2)) return 1;
  lua_Number percent = library_number(L, 2);
  luaL_argcheck(L, percent >= 0 && percent <= 100, 2, "a percentage from 0 to 100");
  sample s = read_sample(L, 3);
  return push_percentile(L, &s, percent);
}

void library_stats(lua_State *L) {
  static const luaL_Reg functions[] = {{"count", stats_count},
                                       {"sum", stats_sum},
                                       {"mean", stats_mean},
                                       {"median", stats_median},
                                       {"least", stats_least},
                                       {"greatest", stats_greatest},
                                       {"percentile", stats_percentile},
                                       {NULL, NULL}};
  luaL_newlib(L, functions);
  freeze_table(L, -1);
  lua_setglobal(L, "stats");
}
