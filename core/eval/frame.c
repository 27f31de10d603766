/* Faults of rows: the first one of a row stands. */
#include "frame.h"

#include <stdarg.h>
#include <stdio.h>

static void make_room(decisions *d) {
  if (d->fault_count < d->fault_capacity) return;
  d->fault_capacity = d->fault_capacity == 0 ? 16 : d->fault_capacity * 2;
  d->faults = mem_grow(d->faults, d->fault_capacity, sizeof *d->faults);
}

void frame_fail(frame *f, size_t row, const char *code, const step_place *at, const char *format,
                ...) {
  decisions *d = f->out;
  if (d->failed[row]) return;
  d->failed[row] = 1;
  char message[512];
  va_list args;
  va_start(args, format);
  vsnprintf(message, sizeof message, format, args);
  va_end(args);
  make_room(d);
  size_t i = d->fault_count++;
  for (; i > 0 && d->faults[i - 1].row > row; i--) d->faults[i] = d->faults[i - 1];
  d->faults[i] = (fault){.row = row,
                         .code = code,
                         .rule = at->name,
                         .file = at->file,
                         .line = at->line,
                         .message = arena_string(&d->texts, message)};
}
