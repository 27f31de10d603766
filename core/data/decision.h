/* What evaluation makes of a batch: one decision per accepted record, in typed columns. */
#ifndef DATA_DECISION_H
#define DATA_DECISION_H

#include "batch.h"

/* Why a record has no decision: a rule failed on it. Texts live as long as the decisions. */
typedef struct fault {
  size_t row;
  const char *code; /* RULE_ERROR, RULE_BUDGET, RULE_MEMORY, OVERFLOW, NO_ROW, MANY_ROWS */
  const char *rule; /* name of the step */
  const char *file;
  int line;
  const char *message;
} fault;

typedef struct decisions {
  size_t rows;
  const batch *batch; /* the records: keys, sequence, position, rejects */
  size_t output_count;
  column *outputs;  /* in the pack's order; CODES as text joined with '|' */
  uint8_t *failed;  /* per row: 1 = a fault stands for it and its outputs mean nothing */
  text_data inputs; /* per row: the blob of what the plan read (eval/blob.h) */
  size_t fault_count, fault_capacity;
  fault *faults; /* by row, ascending */
  arena texts;   /* of the faults */
} decisions;

#endif
