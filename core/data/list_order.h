/* The order in which the records of a list stand: by their values, the first field first (row_code). */
#ifndef DATA_LIST_ORDER_H
#define DATA_LIST_ORDER_H

#include "batch.h"

/* Brings the records of each of the first `rows` lists of a column into that order. */
void list_order(column *c, size_t rows);

#endif
