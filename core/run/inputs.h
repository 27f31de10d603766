/* The values that a stored decision was made of, read back from its blob. */
#ifndef RUN_INPUTS_H
#define RUN_INPUTS_H

#include "../store/store.h"

/* One column for each of run->inputs, with this one row; the caller frees them. NULL with the error
 * set (unless NULL) if the row has no blob or it is not of the known form. */
column *inputs_read(const store_run *run, const store_row *row, error *e);
void inputs_free(const store_run *run, column *columns);

#endif
