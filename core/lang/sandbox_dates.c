/* dates for rules: what the calendar functions of formulas mean, on the texts that rules see of dates
 * ("2025-10-01") and the seconds that they see of moments. A missing argument makes a missing result;
 * a text that is no date is an error, and dates.parse asks whether it is one. */
#include <stdio.h>
#include <string.h>
#include "notation_moment.h"
#include "sandbox_state.h"

bool library_missing(lua_State *L, int from, int to) {
  sandbox_charge(L, 1);
  for (int i = from; i <= to; i++) {
    if (lua_isnone(L, i)) luaL_argerror(L, i, "value expected");
    if (!lua_isnil(L, i)) continue;
    lua_pushnil(L);
    return true;
  }
  return false;
}

static int64_t date_argument(lua_State *L, int arg) {
  size_t n;
  int64_t days;
  if (lua_type(L, arg) != LUA_TSTRING) luaL_typeerror(L, arg, "date such as \"2025-10-01\"");
  const char *text = lua_tolstring(L, arg, &n);
  if (!date_parse(text, n, &days))
    luaL_argerror(L, arg,
                  lua_pushfstring(L, "\"%s\" is no date as YYYY-MM-DD", n < 60 ? text : "…"));
  return days;
}

static int push_date(lua_State *L, int64_t days) {
  char text[16];
  lua_pushlstring(L, text, date_write(text, days));
  return 1;
}

static int out_of_calendar(lua_State *L) {
  return luaL_error(L, "the date lies outside of the years 0001 to 9999");
}

static const sandbox *company_of(lua_State *L) {
  const sandbox *s = sandbox_of(L);
  if (!s->has_company)
    luaL_error(L, "the company's calendar is known when rules run, not while scripts are loaded");
  return s;
}

/* ---- by the calendar functions of the notation ---- */

static int apply(lua_State *L, function_kind function, int64_t a, int64_t b, bool to_date) {
  const sandbox *s = sandbox_of(L);
  moment_call call = {function, s->zone, s->workdays};
  const int64_t arguments[2] = {a, b};
  int64_t out;
  if (!moment_apply(&call, arguments, &out)) return out_of_calendar(L);
  if (to_date) return push_date(L, out);
  lua_pushinteger(L, out);
  return 1;
}

static int dates_add_months(lua_State *L) {
  if (library_missing(L, 1, 2)) return 1;
  return apply(L, FUNCTION_ADD_MONTHS, date_argument(L, 1), library_integer(L, 2), true);
}

static int dates_months_between(lua_State *L) {
  if (library_missing(L, 1, 2)) return 1;
  return apply(L, FUNCTION_MONTHS_BETWEEN, date_argument(L, 1), date_argument(L, 2), false);
}

static int dates_add_workdays(lua_State *L) {
  if (library_missing(L, 1, 2)) return 1;
  company_of(L);
  return apply(L, FUNCTION_ADD_WORKDAYS, date_argument(L, 1), library_integer(L, 2), true);
}

static int dates_workdays_between(lua_State *L) {
  if (library_missing(L, 1, 2)) return 1;
  company_of(L);
  return apply(L, FUNCTION_WORKDAYS_BETWEEN, date_argument(L, 1), date_argument(L, 2), false);
}

static int dates_is_workday(lua_State *L) {
  if (library_missing(L, 1, 1)) return 1;
  const sandbox *s = company_of(L);
  int64_t day = date_argument(L, 1);
  lua_pushboolean(L, s->workdays->between(s->workdays->of, day - 1, day) > 0);
  return 1;
}

static int dates_weekday(lua_State *L) {
  if (library_missing(L, 1, 1)) return 1;
  lua_pushinteger(L, date_weekday(date_argument(L, 1)));
  return 1;
}

/* ---- days ---- */

static int dates_add_days(lua_State *L) {
  if (library_missing(L, 1, 2)) return 1;
  int64_t day = date_argument(L, 1), out;
  if (__builtin_add_overflow(day, library_integer(L, 2), &out) || !date_in_calendar(out))
    return out_of_calendar(L);
  return push_date(L, out);
}

static int dates_days_between(lua_State *L) {
  if (library_missing(L, 1, 2)) return 1;
  lua_pushinteger(L, date_argument(L, 2) - date_argument(L, 1));
  return 1;
}

static int dates_parts(lua_State *L) {
  int year, month, day;
  if (library_missing(L, 1, 1)) return 1;
  date_to_civil(date_argument(L, 1), &year, &month, &day);
  lua_pushinteger(L, year);
  lua_pushinteger(L, month);
  lua_pushinteger(L, day);
  return 3;
}

static int push_if_valid(lua_State *L, int64_t year, int64_t month, int64_t day) {
  bool valid = year >= 1 && year <= 9999 && month >= 1 && month <= 12 && day >= 1 && day <= 31 &&
               date_valid((int)year, (int)month, (int)day);
  if (valid) return push_date(L, date_from_civil((int)year, (int)month, (int)day));
  lua_pushnil(L);
  return 1;
}

static int dates_make(lua_State *L) {
  if (library_missing(L, 1, 3)) return 1;
  return push_if_valid(L, library_integer(L, 1), library_integer(L, 2), library_integer(L, 3));
}

/* The digits of one part of a form: YYYY, MM or DD. */
static bool read_part(const char *text, size_t n, int64_t *out) {
  *out = 0;
  for (size_t i = 0; i < n; i++) {
    if (text[i] < '0' || text[i] > '9') return false;
    *out = *out * 10 + (text[i] - '0');
  }
  return true;
}

static bool read_form(const char *text, size_t n, const char *form, int64_t parts[3]) {
  static const char *const names[] = {"YYYY", "MM", "DD"};
  size_t at = 0;
  while (*form) {
    size_t size = 0;
    for (size_t i = 0; i < 3 && !size; i++) {
      if (strncmp(form, names[i], strlen(names[i])) != 0) continue;
      size = strlen(names[i]);
      if (n - at < size || !read_part(text + at, size, &parts[i])) return false;
    }
    if (!size) {
      if (at == n || text[at] != *form) return false;
      size = 1;
    }
    at += size;
    form += size;
  }
  return at == n;
}

/* parse(text, form): the date, or nil if the text is none. */
static int dates_parse(lua_State *L) {
  size_t n;
  int64_t parts[3] = {0};
  if (library_missing(L, 1, 1)) return 1;
  const char *text = luaL_checklstring(L, 1, &n);
  const char *form = luaL_optstring(L, 2, "YYYY-MM-DD");
  luaL_argcheck(L, strstr(form, "YYYY") && strstr(form, "MM") && strstr(form, "DD"), 2,
                "a form has YYYY, MM and DD, such as \"DD.MM.YYYY\"");
  sandbox_charge(L, 1 + n / 16);
  if (read_form(text, n, form, parts)) return push_if_valid(L, parts[0], parts[1], parts[2]);
  lua_pushnil(L);
  return 1;
}

/* ---- moments ---- */

static int dates_of(lua_State *L) {
  if (library_missing(L, 1, 1)) return 1;
  const sandbox *s = company_of(L);
  int64_t moment = library_integer(L, 1);
  if (!moment_in_calendar(moment, s->zone)) return out_of_calendar(L);
  return push_date(L, moment_date(moment, s->zone));
}

static int dates_moment(lua_State *L) {
  size_t n;
  int64_t moment;
  if (library_missing(L, 1, 1)) return 1;
  const char *text = luaL_checklstring(L, 1, &n);
  if (!moment_parse(text, n, &moment))
    return luaL_argerror(L, 1, "no moment such as \"2025-10-01T15:00:00+08:00\"");
  lua_pushinteger(L, moment);
  return 1;
}

void library_dates(lua_State *L) {
  static const luaL_Reg functions[] = {{"parse", dates_parse},
                                       {"make", dates_make},
                                       {"parts", dates_parts},
                                       {"weekday", dates_weekday},
                                       {"add_days", dates_add_days},
                                       {"add_months", dates_add_months},
                                       {"add_workdays", dates_add_workdays},
                                       {"days_between", dates_days_between},
                                       {"months_between", dates_months_between},
                                       {"workdays_between", dates_workdays_between},
                                       {"is_workday", dates_is_workday},
                                       {"of", dates_of},
                                       {"moment", dates_moment},
                                       {NULL, NULL}};
  luaL_newlib(L, functions);
  freeze_table(L, -1);
  lua_setglobal(L, "dates");
}
