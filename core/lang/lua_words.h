/* What Lua says when a script goes wrong, in the words of somebody who writes rules and no programs:
 * "attempt to compare nil with number" becomes what is missing, and what to do about it. It must never
 * lose a name that Lua gave. */
#ifndef LANG_LUA_WORDS_H
#define LANG_LUA_WORDS_H

#include <stdbool.h>
#include "../base/memory.h"

/* Appends the message of Lua 5.4 (without its position) to `out`, put otherwise; false, and nothing
 * appended, if it is none that needs it. */
bool lua_words(const char *message, buffer *out);

/* What probably helps with a message of Lua's compiler ("'}' expected near ..."), or "". */
const char *lua_syntax_hint(const char *message);

#endif
