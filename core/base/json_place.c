/* See json_place.h. */
#include "json_place.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "json.h"
#include "text.h"

enum { LEVELS = JSON_DEPTH + 2 }; /* beyond, a path is cut */

typedef struct span {
  const char *text;
  size_t n;
} span;

typedef struct level {
  bool object, named; /* named: behind a name, at its value */
  span name;
  size_t index; /* in an array */
  size_t id;    /* of the object */
} level;

typedef struct walk {
  const char *text;
  size_t n, at;
  size_t depth, objects;
  level levels[LEVELS];
} walk;

static level *top(walk *w) {
  return w->depth && w->depth <= LEVELS ? &w->levels[w->depth - 1] : NULL;
}

static void enter(walk *w, bool object) {
  w->depth++;
  if (object) w->objects++;
  if (top(w)) *top(w) = (level){.object = object, .id = w->objects};
}

/* The string that begins here; w->at moves behind it. */
static span skip_string(walk *w) {
  const size_t from = ++w->at;
  while (w->at < w->n && w->text[w->at] != '"') w->at += w->text[w->at] == '\\' ? 2 : 1;
  const size_t end = w->at < w->n ? w->at : w->n;
  w->at = end + 1;
  return (span){w->text + from, end - from};
}

/* Goes on by one token; the name if it was one. */
static bool go_on(walk *w, span *name) {
  level *l = top(w);
  switch (w->text[w->at]) {
  case '"':
    *name = skip_string(w);
    if (!l || !l->object || l->named) return false;
    l->name = *name;
    l->named = true;
    return true;
  case '{':
  case '[':
    enter(w, w->text[w->at] == '{');
    break;
  case '}':
  case ']':
    if (w->depth) w->depth--;
    break;
  case ',':
    if (l) l->index++, l->named = false;
    break;
  default:
    break;
  }
  w->at++;
  return false;
}

static void write_path(buffer *out, walk *w) {
  size_t parts = 0;
  for (size_t i = 0; i < w->depth && i < LEVELS; i++) {
    const level *l = &w->levels[i];
    if (l->object && !l->named) break;
    if (!parts++) buffer_text(out, ", in ");
    if (!l->object) {
      buffer_format(out, "[%zu]", l->index);
      continue;
    }
    if (parts > 1) buffer_char(out, '.');
    text_printable(out, l->name.text, l->name.n, 60);
  }
}

void json_place(buffer *out, const char *text, size_t n, size_t offset) {
  walk w = {.text = text, .n = n};
  size_t line = 1, column = 1;
  span name;
  for (size_t i = 0; i < offset && i < n; i++) {
    if (text[i] == '\n')
      line++, column = 1;
    else if (((unsigned char)text[i] & 0xC0) != 0x80)
      column++;
  }
  buffer_format(out, "line %zu, column %zu", line, column);
  while (w.at < offset && w.at < n) go_on(&w, &name);
  write_path(out, &w);
}

/* ---- names that stand twice ---- */

typedef struct named {
  size_t object;
  span name;
} named;

static int by_object(const void *a, const void *b) {
  const named *x = a, *y = b;
  const size_t n = x->name.n < y->name.n ? x->name.n : y->name.n;
  if (x->object != y->object) return x->object < y->object ? -1 : 1;
  const int order = memcmp(x->name.text, y->name.text, n);
  if (order) return order;
  if (x->name.n != y->name.n) return x->name.n < y->name.n ? -1 : 1;
  return (x->name.text > y->name.text) - (x->name.text < y->name.text);
}

static bool same_name(const named *a, const named *b) {
  return a->object == b->object && a->name.n == b->name.n &&
         !memcmp(a->name.text, b->name.text, a->name.n);
}

bool json_repeated_name(const char *text, size_t n, size_t *offset) {
  walk w = {.text = text, .n = n};
  named *all = NULL;
  size_t count = 0, capacity = 0;
  span name;
  bool found = false;
  while (w.at < w.n) {
    if (!go_on(&w, &name)) continue;
    if (count == capacity) {
      capacity = capacity ? capacity * 2 : 256;
      all = mem_grow(all, capacity, sizeof *all);
    }
    all[count++] = (named){top(&w)->id, name};
  }
  if (count) qsort(all, count, sizeof *all, by_object);
  for (size_t i = 1; i < count; i++) {
    const size_t at = (size_t)(all[i].name.text - text);
    if (!same_name(&all[i - 1], &all[i]) || (found && at >= *offset)) continue;
    *offset = at;
    found = true;
  }
  free(all);
  return found;
}
