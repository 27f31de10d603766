/* What Lua says of a mistake, and what an admin reads. Lua's side comes from Lua itself. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <lauxlib.h>
#include <lualib.h>
#include <stdlib.h>
#include <string.h>
#include "lang/lua_words.h"

typedef struct mistake {
  const char *script, *told;
} mistake;

#define FIRST ": ask first whether it is there"

static const mistake mistakes[] = {
    {"local c = {} return c.visits + 1",
     "'visits' is missing (nil), and cannot be computed with" FIRST
     ", as in if c.visits then ... end"},
    {"local c = {} return c.visits > 3",
     "a number cannot be compared with a missing value (nil)" FIRST "..."},
    {"return 'a' < 1", "a text cannot be compared with a number"},
    {"return {} < {}", "two values of which each is a table have no order"},
    {"local t return t.x", "'t' is missing (nil), and nothing can be read from it" FIRST},
    {"return (nil).x", "a value is missing (nil), and nothing can be read from it" FIRST},
    {"return 'net_worth' * 0.1", "\"net_worth\" is a text, and cannot be computed with: the quotes "
                                 "go around a formula as a whole"},
    {"local name return 'a' .. name",
     "'name' is missing (nil), and cannot be joined to a text with .." FIRST},
    {"local list return #list", "'list' is missing (nil), and has no length (#)" FIRST},
    {"return true & 1", "here stands true or false, and cannot be computed with"},
    {"return string.trim('x')", "there is no function 'trim'"},
    {"local t = {} return { t { 'A', 1 } }",
     "'t' is a table, and brackets or a text follow it as if it were a function: is a comma "
     "missing between two entries?"},
    {"local a = 'x' return a 'y'",
     "'a' is a text, and brackets or a text follow it as if it were a function: is a comma missing "
     "between two entries?"},
    {"for i, x in { 1, 2 } do end", "behind `in` belongs ipairs(...) or pairs(...) of a list"},
    {"return 1 // 0", "a whole number is divided by zero"},
    {"return 1 % 0", "a whole number is divided by zero"},
    {"return math.floor(nil)",
     "argument 1 of floor must be a number, and is a missing value (nil)"},
    {"return math.floor()", "argument 1 of floor must be a number, and is nothing"},
    {"return math.floor('x')", "argument 1 of floor must be a number, and is a text"},
    {"return string.char(999)", "argument 1 of char: value out of range"},
    {"error('the grade is odd', 0)", NULL},
    {"for i = 1, 'x' do end", NULL},
};

/* The message without its position. */
static const char *message_of(lua_State *L, const char *script) {
  assert_int_equal(luaL_loadbuffer(L, script, strlen(script), "=s"), LUA_OK);
  assert_int_not_equal(lua_pcall(L, 0, 0, 0), LUA_OK);
  const char *text = lua_tostring(L, -1);
  return strncmp(text, "s:1: ", 5) == 0 ? text + 5 : text;
}

static void mistakes_are_told_in_words(void **state) {
  (void)state;
  lua_State *L = luaL_newstate();
  luaL_openlibs(L);
  /* as in the sandbox, where texts are no numbers */
  const char *only = "local m = getmetatable('') m.__mul, m.__add = nil, nil";
  assert_int_equal(luaL_dostring(L, only), LUA_OK);
  for (size_t i = 0; i < sizeof mistakes / sizeof *mistakes; i++) {
    const mistake *m = &mistakes[i];
    const char *said = message_of(L, m->script);
    buffer told = {0};
    if (lua_words(said, &told) != (m->told != NULL)) fail_msg("%s\n%s", m->script, said);
    if (m->told) {
      buffer_char(&told, '\0');
      size_t n = strlen(m->told);
      bool open = n > 3 && strcmp(m->told + n - 3, "...") == 0; /* the rest does not matter */
      if (strncmp(told.data, m->told, open ? n - 3 : n + 1) != 0)
        fail_msg("%s\n%s\n%s\ninstead of\n%s", m->script, said, told.data, m->told);
    }
    buffer_deinit(&told);
    lua_settop(L, 0);
  }
  lua_close(L);
}

static const mistake slips[] = {
    {"x { 'A', 1 { 'B' } }", ": is a comma missing before it, or a } above?"},
    {"x { 'A', { 'B' }", ": the file ends before this is closed"},
    {"x { 'A }", ": the quote that ends the text is missing"},
    {"x { >= 5, 1 }", ": conditions and formulas stand in quotes"},
    {"x { a = , 1 }", ": a value is missing before it"},
    {"x { 12kg }", ": what is no number stands in quotes"},
    {"x { 1 } }", ": a value is missing before it, or it is one too many"},
    {"x { 1 } end", ": it closes what nothing above has opened"},
    {"derive x { 'a' }", ": are the quotes of a name missing?"},
    {"x { until = 5 }", ""},
};

static void slips_get_a_hint(void **state) {
  (void)state;
  lua_State *L = luaL_newstate();
  for (size_t i = 0; i < sizeof slips / sizeof *slips; i++) {
    const char *script = slips[i].script;
    assert_int_equal(luaL_loadbuffer(L, script, strlen(script), "=s"), LUA_ERRSYNTAX);
    const char *said = lua_tostring(L, -1) + strlen("s:1: ");
    if (strcmp(lua_syntax_hint(said), slips[i].told)) fail_msg("%s\n%s", script, said);
    lua_settop(L, 0);
  }
  lua_close(L);
}

static void what_is_cut_short_is_left_alone(void **state) {
  (void)state;
  static const char *const texts[] = {"",
                                      "attempt to ",
                                      "attempt to index a ",
                                      "attempt to compare ",
                                      "attempt to compare two",
                                      "bad argument #",
                                      "bad argument #1 to 'x",
                                      "attempt to fly"};
  buffer told = {0};
  for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
    assert_false(lua_words(texts[i], &told));
  assert_int_equal(told.size, 0);
  buffer_deinit(&told);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(mistakes_are_told_in_words),
      cmocka_unit_test(slips_get_a_hint),
      cmocka_unit_test(what_is_cut_short_is_left_alone),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
