/* See inputs.h. It must never trust a blob: eval/blob checks every length. */
#include "inputs.h"
#include "../eval/blob.h"
#include <stdlib.h>

column *inputs_read(const store_run *run, const store_row *row, error *e) {
  const size_t n = run->input_count;
  column *columns = mem_array(n + 1, sizeof *columns);
  value_type *types = mem_array(n + 1, sizeof *types);
  for (size_t i = 0; i < n; i++) {
    types[i] = run->inputs[i].type;
    column_init(&columns[i], types[i], 1);
  }
  const error_code code = blob_read(row->blob, row->blob_size, types, n, columns, 0, e);
  free(types);
  if (!code) return columns;
  inputs_free(run, columns);
  return NULL;
}

void inputs_free(const store_run *run, column *columns) {
  for (size_t i = 0; i < run->input_count; i++) column_deinit(&columns[i]);
  free(columns);
}
