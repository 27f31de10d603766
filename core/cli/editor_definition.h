/* What an editor with a Lua language server (LuaLS) must know of a pack to complete, explain and check
 * what is typed: the words of the language, and the names of the pack. A text of annotations, which
 * nobody runs. */
#ifndef CLI_EDITOR_DEFINITION_H
#define CLI_EDITOR_DEFINITION_H

#include "../eval/plan.h"

/* The words of the language with the tables that they take (core/cli/editor/words.lua). */
extern const char editor_words[];

/* Appends the whole definition. `made` is the pack's plan; NULL for a pack that has mistakes: then its
 * names are not known, and every name is as good as another. */
void editor_definition(buffer *out, const pack *p, const plan *made);

#endif
