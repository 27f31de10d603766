/* Records are sorted as bytes, and read back from them. */
#include "list_order.h"

#include <stdlib.h>
#include <string.h>

#include "row_code.h"

typedef struct order {
  buffer bytes;
  size_t *starts; /* of each record in the bytes, and their end */
} order;

static int compare(const void *a, const void *b, void *ctx) {
  const order *o = ctx;
  const size_t x = *(const size_t *)a, y = *(const size_t *)b;
  const size_t n = o->starts[x + 1] - o->starts[x], m = o->starts[y + 1] - o->starts[y];
  const int c = memcmp(o->bytes.data + o->starts[x], o->bytes.data + o->starts[y], n < m ? n : m);
  return c ? c : (n > m) - (n < m);
}

void list_order(column *c, size_t rows) {
  batch *records = c->list.records;
  const size_t count = records->rows;
  if (count < 2) return;
  order o = {.starts = mem_array(count + 1, sizeof *o.starts)};
  size_t *numbers = mem_array(count, sizeof *numbers);
  for (size_t i = 0; i < count; i++) {
    numbers[i] = i;
    o.starts[i] = o.bytes.size;
    row_encode(&o.bytes, records, 0, i);
  }
  o.starts[count] = o.bytes.size;
  for (size_t row = 0; row < rows; row++) {
    const size_t first = c->list.offsets[row], n = c->list.offsets[row + 1] - first;
    if (n > 1) qsort_r(numbers + first, n, sizeof *numbers, compare, &o);
  }
  batch_clear(records);
  for (size_t i = 0; i < count; i++) row_decode(o.bytes.data + o.starts[numbers[i]], records, i);
  records->rows = count;
  free(o.starts);
  free(numbers);
  buffer_deinit(&o.bytes);
}
