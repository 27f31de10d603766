/* See reject_limit.h. */
#include "reject_limit.h"

#include <string.h>
#include "../base/number.h"

bool reject_limit_parse(const char *text, double *most, bool *percent) {
  const size_t n = strlen(text);
  int64_t whole = 0;
  *percent = n > 0 && text[n - 1] == '%';
  if (*percent) return number_parse(text, n - 1, most) == PARSE_OK && *most >= 0 && *most <= 100;
  if (integer_parse(text, n, &whole) != PARSE_OK || whole < 0) return false;
  *most = (double)whole;
  return true;
}
