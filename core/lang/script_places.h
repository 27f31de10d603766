/* Where things stand in a script: Lua tells a host the line of a call, not the line of a row inside
 * a table. This reads the script's own text beside Lua, so that a message can name the row. It must
 * never decide what a script means: where text and values differ, only the line is less precise. */
#ifndef LANG_SCRIPT_PLACES_H
#define LANG_SCRIPT_PLACES_H

#include <stdbool.h>
#include <stddef.h>
#include "../base/memory.h"

typedef struct script_places script_places;

/* One entry of a table constructor, or the constructor of a declaration itself. */
typedef struct place_node {
  int line;
  const char *key; /* NULL: positional */
  int position;    /* 1-based; 0 if keyed */
  size_t child_count;
  struct place_node *children;
} place_node;

/* Everything lives in the arena; the text must live as long. */
script_places *script_places_new(arena *a, const char *text, size_t n);
/* The table of the declaration `word "name" { ... }` (name NULL: `word { ... }`) whose word stands
 * on the line; NULL if the text there has another form. */
const place_node *script_places_find(script_places *p, int line, const char *word,
                                     const char *name);
const place_node *place_node_key(const place_node *n, const char *key);
const place_node *place_node_item(const place_node *n, int position);

#endif
