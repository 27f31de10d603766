/* Row access: what becomes an argument, what stays a row, and what is said about fields. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <lauxlib.h>
#include <cmocka.h>

#include "lang/lua_token.h"
#include "lang/row_access.h"

static bool is_field(void *ctx, const char *name) {
  (void)ctx;
  static const char *const fields[] = {"industry", "region", "sales_12m", "a", "b", "list", NULL};
  for (size_t i = 0; fields[i]; i++)
    if (strcmp(fields[i], name) == 0) return true;
  return name[0] == 'f' && name[1] >= '0' && name[1] <= '9'; /* f0, f1, ... */
}

static const char *const *list_fields(void *ctx, const char *name, size_t *count) {
  (void)ctx;
  static const char *const fields[] = {"amount", "at", "kind"};
  *count = 3;
  return strcmp(name, "list") == 0 ? fields : NULL;
}

static bool only_line_two(void *ctx, int first, int last) {
  (void)ctx;
  return first == 2 && last == 2;
}

typedef struct result {
  arena arena;
  findings found;
  const char *text;
  rule_access *accesses;
  size_t count;
  bool good;
} result;

static void run(result *r, const char *text, bool (*is_rule)(void *, int, int)) {
  *r = (result){0};
  size_t size;
  const row_names names = {NULL, is_rule, is_field, list_fields};
  r->good = row_access_rewrite(&r->arena, "rules/acme/credit.lua", text, strlen(text), &names,
                               &r->text, &size, &r->accesses, &r->count, &r->found);
  assert_int_equal(size, strlen(r->text));
}

static void done(result *r) {
  findings_deinit(&r->found);
  arena_deinit(&r->arena);
}

static void test_rewriting(void **state) {
  (void)state;
  static const struct {
    const char *in, *out;
  } rows[] = {
      {"return function(c) return c.a + c.b end",
       "return function(c__a, c__b) return c__a + c__b end"},
      {"f(function(c) return c.a and c.a end)", "f(function(c__a) return c__a and c__a end)"},
      {"f(function(c) return 1 end)", "f(function() return 1 end)"},
      {"f(function(c)\n  return c.\n a + c --[[x]] . b\nend)",
       "f(function(c__a, c__b)\n  return c__a\n + c__b\nend)"},
      {"f(function(row) return row.a:upper() end)",
       "f(function(row__a) return row__a:upper() end)"},
      {"f(function(c) return { c = c.a, x.c, c.b } end)",
       "f(function(c__a, c__b) return { c = c__a, x.c, c__b } end)"},
      {"f(function(c) local t = {} t.c = c.a return t:c() end)",
       "f(function(c__a) local t = {} t.c = c__a return t:c() end)"},
      {"f(function(c) return function() return c.a end end)",
       "f(function(c__a) return function() return c__a end end)"},
      {"f(function(c) return 'c.b' .. c.a -- c.x\n end)",
       "f(function(c__a) return 'c.b' .. c__a -- c.x\n end)"},
      {"f(function(c) local x <const> = c.a goto c ::c:: return x end)",
       "f(function(c__a) local x <const> = c__a goto c ::c:: return x end)"},
      {"f(function(c) local x\n return c.a end)", "f(function(c__a) local x\n return c__a end)"},
      {"f(function(c) return g(\nfunction(d) return d.b end, c.a) end)",
       "f(function(c__a) return g(\nfunction(d__b) return d__b end, c__a) end)"},
      {"f(function(c) if c.a then return 1 elseif c.b then return 2 else return 3 end end)",
       "f(function(c__a, c__b) if c__a then return 1 elseif c__b then return 2 else return 3 end "
       "end)"},
      {"local function g(c) return c.a end\nfunction t.h(d) return d.b end",
       "local function g(c__a) return c__a end\nfunction t.h(d__b) return d__b end"},
      {"f(function(c) return c.list[1], c.a == 1 end)",
       "f(function(c__list, c__a) return c__list[1], c__a == 1 end)"},
  };
  for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
    result r;
    run(&r, rows[i].in, NULL);
    assert_string_equal(r.text, rows[i].out);
    if (!r.good) fail_msg("%s: %s", rows[i].in, r.found.items[0].message);
    done(&r);
  }
}

static void test_left_alone(void **state) {
  (void)state;
  static const char *const rows[] = {
      "f(function(c) return g(c) + c.a end)",                            /* passed on */
      "f(function(c) return c[k] end)",                                  /* indexed by a variable */
      "f(function(c) local d = c return d.a end)",                       /* aliased */
      "f(function(c) return c:a() end)",                                 /* a method */
      "f(function(c) local c = c.a return c end)",                       /* shadowed by a local */
      "f(function(c) for c = 1, 2 do g(c) end return c.a end)",          /* by a loop */
      "f(function(c) return g(function(c) return c.a, c end, c.a) end)", /* by a parameter */
      "f(function(c) local function c() end return c.a end)",
      "f(function(c) c = {} return c.a end)", /* assigned */
      "f(function(c) x, c = 1, {} return c.a end)",
      "f(function(c) c, x = {}, 1 return c.zzz end)",
      "f(function(c) local c__a = 1 return c.a + c__a end)", /* the name is taken */
      "f(function(a, b) return a.a end)",                    /* two parameters */
      "f(function(...) return 1 end)",
      "function t:m(c) return c.a end",                               /* a method has self */
      "f(function(c) return c.a end), g(function(c) return c.b end)", /* twins */
      "f(function(c) return c.a end",                                 /* broken */
      "f(function(c) return c.a end) ]]",
      "f(function(c) return 'c.a",
  };
  for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
    result r;
    run(&r, rows[i], NULL);
    assert_string_equal(r.text, rows[i]);
    for (size_t k = 0; k < r.count; k++) assert_false(r.accesses[k].positional);
    assert_true(r.good);
    done(&r);
  }
}

static void test_accesses(void **state) {
  (void)state;
  result r;
  run(&r,
      "local function helper(x)\n  return x.whatever\nend\n"
      "rule 'r' {\n  function(c)\n    return c.b + c.a + c.b\n  end }\n"
      "rule 's' { function(c) return helper(c) end }\n",
      NULL);
  assert_int_equal(r.count, 3);
  assert_int_equal(r.accesses[1].first_line, 5);
  assert_int_equal(r.accesses[1].last_line, 7);
  assert_true(r.accesses[1].positional);
  assert_int_equal(r.accesses[1].field_count, 2);
  assert_string_equal(r.accesses[1].fields[0], "b");
  assert_string_equal(r.accesses[1].fields[1], "a");
  assert_true(r.accesses[2].escapes);
  assert_int_equal(r.accesses[2].field_count, 0);
  done(&r);
}

static void test_only_rules(void **state) {
  (void)state;
  result r;
  run(&r, "local function helper(x) return x.nothing end\nrule 'r' { function(c) return c.a end }",
      only_line_two);
  assert_true(r.good);
  assert_string_equal(r.text, "local function helper(x) return x.nothing end\n"
                              "rule 'r' { function(c__a) return c__a end }");
  done(&r);
}

static void test_findings(void **state) {
  (void)state;
  static const struct {
    const char *text;
    int line;
    const char *part;
  } rows[] = {
      {"f(function(c)\n return c.regoin end)", 2, "did you mean 'region'?"},
      {"f(function(c) return c.regon end)", 1, "did you mean 'region'?"},
      {"f(function(c) return c.regionn end)", 1, "did you mean 'region'?"},
      {"f(function(c) return c.sales_13m end)", 1, "did you mean 'sales_12m'?"},
      {"f(function(c) return c.nothing_like_it end)", 1,
       "no field or earlier output 'nothing_like_it'"},
      {"f(function(c)\n\n c.a = 1 end)", 3, "a rule cannot change the record"},
      {"f(function(c) local x x, c.a = 1, 2 end)", 1, "a rule cannot change the record"},
      {"f(function(c) local x c.a, x = 1, 2 end)", 1, "a rule cannot change the record"},
      {"f(function(c) g(c) return c.zzz end)", 1, "no field or earlier output 'zzz'"},
  };
  for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
    result r;
    run(&r, rows[i].text, NULL);
    if (r.good || r.found.count != 1) fail_msg("%s: %zu findings", rows[i].text, r.found.count);
    assert_string_equal(r.found.items[0].file, "rules/acme/credit.lua");
    assert_int_equal(r.found.items[0].line, rows[i].line);
    if (!strstr(r.found.items[0].message, rows[i].part))
      fail_msg("%s: %s", rows[i].text, r.found.items[0].message);
    done(&r);
  }
}

static void test_many_fields(void **state) {
  (void)state;
  for (size_t fields = 59; fields <= 62; fields++) {
    buffer b = {0};
    buffer_text(&b, "f(function(c) return 0");
    for (size_t i = 0; i < fields; i++) buffer_format(&b, " + c.f%zu", i);
    buffer_text(&b, " end)");
    result r;
    run(&r, b.data, NULL);
    assert_int_equal(r.accesses[0].positional, fields <= ROW_ACCESS_POSITIONAL_MOST);
    assert_int_equal(r.accesses[0].field_count, fields);
    assert_false(r.accesses[0].escapes);
    done(&r);
    buffer_deinit(&b);
  }
}

/* The lines are those that Lua gives, before and after. */
static void test_lines_are_luas(void **state) {
  (void)state;
  static const char text[] = "local x = 1 --[==[ a\n]] long ]==]\r\n"
                             "local s = \"a\\\nb\\z  \n  c\" .. [[\n\n]]\n"
                             "return function(\n c) local y = c\n .\na\n return y\nend";
  result r;
  run(&r, text, NULL);
  const char *versions[] = {text, r.text};
  for (size_t i = 0; i < 2; i++) {
    lua_State *L = luaL_newstate();
    assert_int_equal(luaL_loadstring(L, versions[i]), LUA_OK);
    lua_call(L, 0, 1);
    lua_Debug ar;
    lua_getinfo(L, ">S", &ar);
    assert_int_equal(r.accesses[0].first_line, ar.linedefined);
    assert_int_equal(r.accesses[0].last_line, ar.lastlinedefined);
    lua_close(L);
  }
  done(&r);
}

static void test_tokens(void **state) {
  (void)state;
  static const struct {
    const char *text;
    token_kind kind;
    size_t size;
  } rows[] = {
      {"0x1p-3+1", TOKEN_NUMBER, 6},     {"3e+5-1", TOKEN_NUMBER, 4}, {".5.x", TOKEN_NUMBER, 4},
      {"3..2", TOKEN_NUMBER, 4},         {"...x", TOKEN_SYMBOL, 3},   {"..x", TOKEN_SYMBOL, 2},
      {"[==[]]]=]]==]", TOKEN_TEXT, 13}, {"[=x", TOKEN_SYMBOL, 1},    {"'a\\'b'c", TOKEN_TEXT, 6},
      {"'a\nb'", TOKEN_BROKEN, 5},       {"--[[ x", TOKEN_BROKEN, 0}, {"--[x\ny", TOKEN_NAME, 1},
      {"end_", TOKEN_NAME, 4},           {"end", TOKEN_WORD, 3},      {"goto", TOKEN_WORD, 4},
      {"::x", TOKEN_SYMBOL, 2},          {"~=", TOKEN_SYMBOL, 2},     {"", TOKEN_END, 0},
  };
  for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
    token_reader reader;
    token_open(&reader, rows[i].text, strlen(rows[i].text));
    token t = token_next(&reader);
    if (t.kind != rows[i].kind || t.size != rows[i].size)
      fail_msg("%s: kind %d size %zu", rows[i].text, t.kind, t.size);
  }
}

/* What a rule reads of the records of a list: loops and numbers, where the name is sure. */
static void test_records_of_lists(void **state) {
  (void)state;
  static const struct {
    const char *body, *message;
  } cases[] = {
      {"for i, x in ipairs(c.list) do s = x.amount + x.at end", NULL},
      {"for i, x in ipairs(c.list) do\n s = x.amonut end",
       "a record of list has no field 'amonut': did you mean 'amount'?"},
      {"for _, x in ipairs(c.list) do if a then for k = 1, 2 do s = x.knid end end end",
       "a record of list has no field 'knid': did you mean 'kind'?"},
      {"for _, x in ipairs(c.list) do end return x.anything", NULL}, /* another x */
      {"for _, x in ipairs(c.list) do local x = t[1] s = x.anything end", NULL},
      {"for _, x in ipairs(c.list) do for _, x in ipairs(t) do s = x.anything end end", NULL},
      {"for _, x in ipairs(t.list) do s = x.anything end", NULL}, /* not the record's */
      {"for _, x in ipairs(c.a) do s = x.anything end", NULL},    /* no list */
      {"for _, x in ipairs(c.list) do t = { x = 1 } s = t.x.y end", NULL},
      {"return c.list[#c.list].amuont", "a record of list has no field 'amuont': did you mean"},
      {"return c.list[1].kind", NULL},
      {"return #c.list, c.list[1]", NULL}};
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    result r;
    char text[256];
    snprintf(text, sizeof text, "rule 'x' { function(c) local s, t, a %s end }", cases[i].body);
    run(&r, text, NULL);
    const bool told = r.found.count == 1;
    if (r.found.count > 1 || told != (cases[i].message != NULL) || r.good == told ||
        (told && !strstr(r.found.items[0].message, cases[i].message)))
      fail_msg("%s: %zu findings, %s", cases[i].body, r.found.count,
               r.found.count ? r.found.items[0].message : "");
    done(&r);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_rewriting),        cmocka_unit_test(test_left_alone),
      cmocka_unit_test(test_accesses),         cmocka_unit_test(test_only_rules),
      cmocka_unit_test(test_findings),         cmocka_unit_test(test_many_fields),
      cmocka_unit_test(test_records_of_lists), cmocka_unit_test(test_lines_are_luas),
      cmocka_unit_test(test_tokens),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
