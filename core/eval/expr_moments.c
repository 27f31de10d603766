/* The loops over dates and timestamps. What a function means is lang/notation_moment; a loop only
 * leaves out what is missing. */
#include <string.h>

#include "expr_kernels.h"

static void flag(chunk *c, size_t row) {
  c->redo[row] = 1;
  c->again = true;
}

void kernel_bounded(chunk *c, const lane *a, int64_t least, int64_t most, lane *out) {
  memcpy(out->i64, a->i64, c->rows * sizeof *out->i64);
  out->low = a->low;
  out->high = a->high;
  out->missing = a->missing;
  if (a->low >= least && a->high <= most) return;
  for (size_t i = 0; i < c->rows; i++)
    if (a->i64[i] != MISSING_I64 && (a->i64[i] < least || a->i64[i] > most)) flag(c, i);
}

void kernel_moment(chunk *c, const moment_call *call, const lane *const *arguments, size_t count,
                   lane *out) {
  for (size_t i = 0; i < c->rows; i++) {
    int64_t plain[3] = {0};
    bool missing = false;
    for (size_t k = 0; k < count; k++) {
      plain[k] = arguments[k]->i64[i];
      missing |= plain[k] == MISSING_I64;
    }
    out->i64[i] = MISSING_I64;
    if (missing || moment_apply(call, plain, &out->i64[i])) continue;
    out->i64[i] = MISSING_I64;
    flag(c, i);
  }
  lane_scan(out, c->rows);
}
