/* The three forms of rows. */
#include "output.h"

#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "../base/text.h"
#include "../run/json_value.h"

#define MEASURED 200 /* rows of a table that decide its widths */
#define WIDEST 64    /* columns on the terminal for one cell */
#define NARROWEST 6  /* that are left of a list of codes */

typedef struct head {
  char *name;
  cell_kind kind;
  size_t width;
} head;

struct output {
  FILE *file;
  output_format format;
  bool colour, begun;
  head *heads;
  size_t count, at, most; /* most: columns of a line, 0 = any */
  buffer line;
  /* a table's first rows: the cells one after the other, each ended by a NUL */
  buffer kept;
  size_t kept_rows;
};

output_format output_format_of(const char *word) {
  if (word && !strcmp(word, "csv")) return OUTPUT_CSV;
  return word && !strcmp(word, "jsonl") ? OUTPUT_JSONL : OUTPUT_TABLE;
}

output *output_new(FILE *file, output_format format, bool colour) {
  output *o = mem_alloc(sizeof *o);
  o->file = file;
  o->format = format;
  o->colour = colour;
  return o;
}

void output_column(output *o, const char *name, cell_kind kind) {
  o->heads = mem_grow(o->heads, o->count + 1, sizeof *o->heads);
  o->heads[o->count++] = (head){mem_string(name), kind, text_width(name, strlen(name))};
}

void output_fit(output *o, size_t columns) {
  o->most = columns;
}

static void put_line(output *o) {
  buffer_char(&o->line, '\n');
  fwrite(o->line.data, 1, o->line.size, o->file);
  buffer_clear(&o->line);
}

static void begin(output *o) {
  if (o->begun) return;
  o->begun = true;
  if (o->format != OUTPUT_CSV) return;
  for (size_t i = 0; i < o->count; i++) {
    if (i) buffer_char(&o->line, ',');
    text_csv(&o->line, o->heads[i].name, strlen(o->heads[i].name));
  }
  put_line(o);
}

static void json_cell(buffer *out, cell_kind kind, const char *text, size_t n) {
  if (!text)
    buffer_text(out, kind == CELL_CODES ? "[]" : "null");
  else if (kind == CELL_RAW)
    buffer_add(out, text, n);
  else if (kind == CELL_CODES)
    json_codes(out, text, n);
  else
    text_json(out, text, n);
}

static void keep_cell(output *o, const char *text, size_t n) {
  buffer clean = {0};
  if (text) text_printable(&clean, text, n, WIDEST);
  const size_t width = clean.size ? text_width(clean.data, clean.size) : 0;
  if (width > o->heads[o->at].width && o->kept_rows < MEASURED) o->heads[o->at].width = width;
  if (clean.size) buffer_add(&o->kept, clean.data, clean.size);
  buffer_char(&o->kept, 0);
  buffer_deinit(&clean);
}

void output_cell(output *o, const char *text, size_t n) {
  const head *h = &o->heads[o->at];
  begin(o);
  switch (o->format) {
  case OUTPUT_CSV:
    if (o->at) buffer_char(&o->line, ',');
    if (text) text_csv(&o->line, text, n);
    break;
  case OUTPUT_JSONL:
    buffer_char(&o->line, o->at ? ',' : '{');
    text_json(&o->line, h->name, strlen(h->name));
    buffer_char(&o->line, ':');
    json_cell(&o->line, h->kind, text, n);
    break;
  case OUTPUT_TABLE:
    keep_cell(o, text, n);
    break;
  }
  o->at++;
}

/* Takes from the widest list of codes, again and again, until the line fits. */
static void cut_codes(output *o) {
  size_t total = 2 * (o->count - 1);
  for (size_t i = 0; i < o->count; i++) total += o->heads[i].width;
  while (o->most && total > o->most) {
    head *widest = NULL;
    for (size_t i = 0; i < o->count; i++) {
      head *h = &o->heads[i];
      if (h->kind == CELL_CODES && h->width > NARROWEST && (!widest || h->width > widest->width))
        widest = h;
    }
    if (!widest) return;
    widest->width--;
    total--;
  }
}

/* One line of the table; the last column is not padded. */
static void table_line(output *o, const char *const *cells, bool is_head) {
  if (is_head && o->colour) buffer_text(&o->line, "\x1b[1m");
  for (size_t i = 0; i < o->count; i++) {
    const head *h = &o->heads[i];
    const bool right = h->kind == CELL_RAW;
    if (i) buffer_text(&o->line, "  ");
    if (i + 1 == o->count && !right && !o->most)
      buffer_text(&o->line, cells[i]);
    else
      text_pad(&o->line, cells[i], h->width, right);
  }
  while (o->line.size && o->line.data[o->line.size - 1] == ' ') o->line.size--;
  if (is_head && o->colour) buffer_text(&o->line, "\x1b[0m");
  put_line(o);
}

/* Prints the rows that are kept, the head before the first. */
static void flush_table(output *o, bool with_head) {
  const char **cells = mem_array(o->count, sizeof *cells);
  if (with_head) {
    cut_codes(o);
    for (size_t i = 0; i < o->count; i++) cells[i] = o->heads[i].name;
    table_line(o, cells, true);
  }
  const char *at = o->kept.data, *end = at ? at + o->kept.size : NULL;
  while (at && at < end) {
    for (size_t i = 0; i < o->count; i++) {
      cells[i] = at;
      at += strlen(at) + 1;
    }
    table_line(o, cells, false);
  }
  buffer_clear(&o->kept);
  free(cells);
}

void output_text(output *o, const char *text) {
  output_cell(o, text, text ? strlen(text) : 0);
}

void output_moment(output *o, int64_t seconds, zone z) {
  char text[32];
  output_cell(o, seconds ? text : NULL, seconds ? moment_write(text, seconds, z) : 0);
}

void output_end_row(output *o) {
  o->at = 0;
  if (o->format == OUTPUT_JSONL) buffer_char(&o->line, '}');
  if (o->format != OUTPUT_TABLE) {
    put_line(o);
    return;
  }
  o->kept_rows++;
  if (o->kept_rows >= MEASURED) flush_table(o, o->kept_rows == MEASURED);
}

error_code output_close(output *o, error *e) {
  begin(o);
  if (o->format == OUTPUT_TABLE && o->kept_rows < MEASURED && o->kept_rows > 0)
    flush_table(o, true);
  const bool failed = fflush(o->file) || ferror(o->file);
  for (size_t i = 0; i < o->count; i++) free(o->heads[i].name);
  free(o->heads);
  buffer_deinit(&o->line);
  buffer_deinit(&o->kept);
  free(o);
  return failed ? error_set(e, ERR_INTERNAL, "cannot write to standard output") : ERR_OK;
}

cell_kind cell_kind_of(type_kind kind) {
  if (kind == TYPE_CODES) return CELL_CODES;
  return type_is_numeric(kind) || kind == TYPE_BOOLEAN ? CELL_RAW : CELL_TEXT;
}

size_t output_width(FILE *file) {
  struct winsize size;
  return isatty(fileno(file)) && !ioctl(fileno(file), TIOCGWINSZ, &size) ? size.ws_col : 0;
}

bool output_colour(FILE *file) {
  const char *no = getenv("NO_COLOR");
  return !(no && *no) && isatty(fileno(file));
}
