/* Rows for people and programs: an aligned table, CSV, or JSON lines.
 *
 * Nothing is kept but the first rows of a table (they decide the widths), so that memory does not
 * grow with the number of rows. Only a table may be cut to fit; CSV and JSON lines are exact. */
#ifndef CLI_OUTPUT_H
#define CLI_OUTPUT_H

#include <stdio.h>

#include "../base/error.h"
#include "../data/batch.h"

typedef enum output_format { OUTPUT_TABLE, OUTPUT_CSV, OUTPUT_JSONL } output_format;

/* Of the words table, csv, jsonl; NULL = table. */
output_format output_format_of(const char *word);

typedef enum cell_kind {
  CELL_TEXT,
  CELL_RAW,  /* a number or boolean: no quotes in JSON */
  CELL_CODES /* joined with '|': an array in JSON */
} cell_kind;

typedef struct output output;

/* Columns are told before the first row. `colour`: the head of a table is dimmed. */
output *output_new(FILE *file, output_format format, bool colour);
void output_column(output *o, const char *name, cell_kind kind);
/* A table's lists of codes are cut until a line has at most so many columns; 0 = never. */
void output_fit(output *o, size_t columns);
/* The cells of a row from left to right, then output_end_row. NULL = missing. */
void output_cell(output *o, const char *text, size_t n);
void output_text(output *o, const char *text);          /* a cell; NULL = missing */
void output_moment(output *o, int64_t seconds, zone z); /* a cell; 0 = missing */
void output_end_row(output *o);
/* Prints what is left and frees. ERR_INTERNAL if the file did not take it. */
error_code output_close(output *o, error *e);

cell_kind cell_kind_of(type_kind kind);

/* Columns of the terminal, 0 if the stream is none. */
size_t output_width(FILE *file);
/* True when the stream is a terminal and NO_COLOR is not set. */
bool output_colour(FILE *file);

#endif
