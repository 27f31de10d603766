/* See size.h. */
#include "size.h"

#include <stddef.h>

void size_print(FILE *file, int64_t bytes) {
  static const char *const units[] = {"bytes", "kB", "MB", "GB", "TB"};
  double value = (double)bytes;
  size_t u = 0;
  for (; value >= 1000 && u < 4; u++) value /= 1000;
  fprintf(file, u ? "%.1f %s" : "%.0f %s", value, units[u]);
}
