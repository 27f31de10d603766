/* What a Lua rule sees of a list of records: a view that reads a column when it is asked for a value.
 *
 *   #c.orders            how many there are
 *   c.orders[1]          the first, nil if there is none
 *   ipairs(c.orders)     all, in their order
 *   order.amount         a value, in the forms of lua_rule.h
 *
 * Views cannot be changed, and mean the record at hand: nothing outlives a call in which it could be
 * read. A record costs the rule what its view takes in memory. */
#ifndef EVAL_LUA_LIST_H
#define EVAL_LUA_LIST_H

#include <lua.h>
#include "plan.h"

typedef struct lua_lists lua_lists;

lua_lists *lua_lists_new(const pack *p);
void lua_lists_free(lua_lists *l);
/* Makes in the state what views need; may raise an error. Once, before the first push. */
void lua_lists_prepare(lua_lists *l, lua_State *L);
/* Pushes the list of a row of a column of lists: field number `field` of the pack. */
void lua_lists_push(const lua_lists *l, lua_State *L, size_t field, const column *c, size_t row);

#endif
