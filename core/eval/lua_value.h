/* Values crossing between columns and Lua; the table of forms stands in lua_rule.h. */
#ifndef EVAL_LUA_VALUE_H
#define EVAL_LUA_VALUE_H

#include <lua.h>
#include "../data/batch.h"
#include "../lang/notation.h"

/* Pushes one value. `words` (of a choice) are registry references of its words, or NULL. */
void lua_value_push(lua_State *L, const column *c, size_t row, const int *words);
void lua_value_push_constant(lua_State *L, const value *v);
/* Puts what stands at `at` into the column. NULL, or what is wrong: "expected money, found a table"
 * (in `message`, of at least 256 bytes). */
const char *lua_value_take(lua_State *L, int at, column *to, size_t row, char *message);
/* x rounded half-up to so many decimals, as it would be written; false if it does not fit. */
bool lua_value_round(double x, int digits, int64_t *out);

#endif
