/* rounding for rules: by the decimals that a number is written with, not by the binary fraction that
 * holds them: 1.005 is rounded up to 1.01, and 0.3 is three steps of 0.1. */
#include <math.h>
#include <string.h>
#include "sandbox_state.h"

rational library_exact(lua_State *L, int arg) {
  char text[48];
  rational out;
  lua_Number x = library_number(L, arg);
  if (lua_isinteger(L, arg)) return (rational){lua_tointeger(L, arg), 1};
  luaL_argcheck(L, isfinite(x), arg, "the number is not finite");
  size_t n = number_write(text, x);
  if (rational_parse(text, n, &out) == PARSE_OK) return out;
  if (fabs(x) < 1e-15) return (rational){0, 1};
  luaL_argcheck(L, fabs(x) < 9e15, arg, "the number is too large to be exact");
  if (rational_make((int128)nearbyint(x * 1e15), (int128)1000000000000000, &out)) return out;
  luaL_argerror(L, arg, "the number is too large to be exact");
  return (rational){0, 1};
}

void library_push_exact(lua_State *L, rational value) {
  if (value.den == 1 && value.num >= LUA_MININTEGER && value.num <= LUA_MAXINTEGER)
    lua_pushinteger(L, (lua_Integer)value.num);
  else
    lua_pushnumber(L, (double)value.num / (double)value.den);
}

static int too_large(lua_State *L) {
  return luaL_error(L, "the number is too large to be rounded exactly");
}

/* half_up(x, digits): ties away from zero, as money is rounded by hand. */
static int rounding_half_up(lua_State *L) {
  int64_t units;
  rational out;
  if (library_missing(L, 1, 1)) return 1;
  rational x = library_exact(L, 1);
  lua_Integer digits = library_integer_or(L, 2, 0);
  luaL_argcheck(L, digits >= 0 && digits <= 12, 2, "from 0 to 12 digits");
  sandbox_charge(L, 8);
  if (!rational_round(x, (int)digits, &units) ||
      !rational_make(units, pow10_i64((int)digits), &out))
    return too_large(L);
  library_push_exact(L, out);
  return 1;
}

/* x down or up to a multiple of the step. */
static int to_step(lua_State *L, bool up) {
  rational steps, out;
  int128 whole;
  if (library_missing(L, 1, 2)) return 1;
  rational x = library_exact(L, 1), step = library_exact(L, 2);
  luaL_argcheck(L, step.num > 0, 2, "the step must be above 0");
  sandbox_charge(L, 8);
  if (!rational_div(x, step, &steps)) return too_large(L);
  whole = up ? -int128_floor_div(-steps.num, steps.den) : int128_floor_div(steps.num, steps.den);
  if (!rational_mul((rational){whole, 1}, step, &out)) return too_large(L);
  library_push_exact(L, out);
  return 1;
}

static int rounding_down(lua_State *L) {
  return to_step(L, false);
}

static int rounding_up(lua_State *L) {
  return to_step(L, true);
}

void library_rounding(lua_State *L) {
  static const luaL_Reg functions[] = {
      {"half_up", rounding_half_up}, {"down", rounding_down}, {"up", rounding_up}, {NULL, NULL}};
  luaL_newlib(L, functions);
  freeze_table(L, -1);
  lua_setglobal(L, "rounding");
}
