/* The fields of a record. */
#include "schema.h"
#include <string.h>

int schema_find(const schema *s, const char *name) {
  for (size_t i = 0; i < s->count; i++)
    if (strcmp(s->fields[i].name, name) == 0) return (int)i;
  return -1;
}
