/* One pass marks the delimiters, line ends and quotes of a whole buffer, a second one walks from
 * mark to mark. */
#include "records.h"
#include <stdlib.h>
#include <string.h>

typedef enum outcome { COMPLETE, INCOMPLETE, BROKEN } outcome;

/* Position of the next set bit at or after `at`. The buffer ends with a line end that is marked. */
static size_t next_mark(const uint64_t *masks, size_t at) {
  size_t block = at >> 6;
  uint64_t mask = masks[block] & (~(uint64_t)0 << (at & 63));
  while (!mask) mask = masks[++block];
  return block * 64 + (size_t)__builtin_ctzll(mask);
}

static size_t next_quote(const records *r, size_t at) {
  size_t block = at >> 6, last = r->size >> 6;
  uint64_t mask = r->quotes[block] & (~(uint64_t)0 << (at & 63));
  while (!mask && block < last) mask = r->quotes[++block];
  if (!mask) return r->size;
  size_t found = block * 64 + (size_t)__builtin_ctzll(mask);
  return found < r->size ? found : r->size;
}

/* The closing quote of the field whose text begins at `at`, or the size. */
static size_t closing_quote(const records *r, size_t at, uint32_t *doubled) {
  for (;;) {
    size_t quote = next_quote(r, at);
    if (quote >= r->size || (unsigned char)r->data[quote + 1] != r->quote) return quote;
    *doubled = SPAN_DOUBLED;
    at = quote + 2;
  }
}

static int64_t count_lines(const char *p, size_t n) {
  int64_t lines = 0;
  for (size_t i = 0; i < n; i++) {
    lines += p[i] == '\n' || (p[i] == '\r' && (i + 1 == n || p[i + 1] != '\n'));
  }
  return lines;
}

typedef struct walk {
  size_t begin; /* of the field */
  size_t end;   /* of the record, or where it broke */
  size_t fields;
  int64_t lines; /* line ends inside quotes */
  record_fault fault;
} walk;

/* A field in quotes: its span, and w->end at the byte after it. */
static outcome quoted_field(const records *r, walk *w, span *out) {
  uint32_t doubled = 0;
  size_t text = w->begin + 1, close = closing_quote(r, text, &doubled);
  w->end = close;
  if (close + 1 >= r->size && !r->ended) return INCOMPLETE;
  if (close >= r->size) {
    w->fault = RECORD_OPEN_QUOTE;
    return BROKEN;
  }
  out->at = (uint32_t)text;
  out->size = (uint32_t)(close - text) | doubled;
  if (next_mark(r->ends, text) < close) w->lines += count_lines(r->data + text, close - text);
  w->end = close + 1;
  char after = r->data[w->end];
  if (after == r->delimiter || after == '\n' || after == '\r') return COMPLETE;
  w->fault = RECORD_TEXT_AFTER;
  return BROKEN;
}

static outcome walk_record(const records *r, walk *w, span *spans, size_t room) {
  const char *data = r->data;
  size_t block = w->begin >> 6;
  uint64_t mask = r->ends[block] & (~(uint64_t)0 << (w->begin & 63));
  for (;;) {
    span field;
    if ((unsigned char)data[w->begin] == r->quote) {
      outcome o = quoted_field(r, w, &field);
      if (o != COMPLETE) return o;
      block = w->end >> 6;
      mask = r->ends[block] & (~(uint64_t)0 << (w->end & 63));
    } else {
      while (!mask) mask = r->ends[++block];
      w->end = block * 64 + (size_t)__builtin_ctzll(mask);
      field.at = (uint32_t)w->begin;
      field.size = (uint32_t)(w->end - w->begin);
    }
    mask &= mask - 1;
    if (w->fields < room) spans[w->fields] = field;
    w->fields++;
    if (w->end >= r->size || data[w->end] != r->delimiter) break;
    w->begin = w->end + 1;
  }
  return w->end < r->size || r->ended ? COMPLETE : INCOMPLETE;
}

/* Steps over the line end at `at`, if there is one. */
static void step_over_line_end(records *r, size_t at) {
  r->at = at;
  if (at >= r->size) return;
  r->line++;
  r->at++;
  if (r->data[at] != '\r') return;
  if (r->at == r->size) {
    r->after_cr = true;
  } else if (r->data[r->at] == '\n') {
    r->at++;
  }
}

/* Goes on after the next line end; if it is not in the buffer yet, all up to it is dropped. */
static void skip_line(records *r) {
  size_t at = r->at;
  while (at < r->size && r->data[at] != '\n' && r->data[at] != '\r') at++;
  r->skipping = at >= r->size;
  step_over_line_end(r, at);
}

static void examine_bytes(const records *r, record *out) {
  const char *nul = memchr(r->data + out->at, 0, out->end - out->at);
  size_t valid = scan_utf8(r->data + out->at, out->end - out->at);
  if (out->at + valid < out->end) {
    out->fault = RECORD_ENCODING;
    out->fault_at = out->at + valid;
  } else if (nul) {
    out->fault = RECORD_NUL;
    out->fault_at = (size_t)(nul - r->data);
  }
}

static bool begin_record(records *r) {
  if (r->skipping) skip_line(r);
  if (r->at < r->size && r->after_cr) {
    if (r->data[r->at] == '\n') r->at++;
    r->after_cr = false;
  }
  /* a line without a byte is no record */
  while (r->at < r->size && (r->data[r->at] == '\n' || r->data[r->at] == '\r')) {
    step_over_line_end(r, r->at);
  }
  return r->at < r->size;
}

bool records_next(records *r, size_t fields, span *spans, size_t room, record *out) {
  if (!begin_record(r)) return false;
  walk w = {.begin = r->at};
  outcome o = walk_record(r, &w, spans, room);
  bool too_long = (o == INCOMPLETE ? r->size : w.end) - r->at > r->max_record;
  if (o == INCOMPLETE && !too_long) return false;
  out->fault = RECORD_OK;
  out->line = r->line;
  out->at = r->at;
  out->end = w.end < r->size ? w.end : r->size;
  out->found = w.fields;
  if (too_long || o == BROKEN) {
    out->fault = too_long ? RECORD_TOO_LONG : w.fault;
    out->found = w.fields + 1;
    skip_line(r);
    return true;
  }
  r->line += w.lines;
  step_over_line_end(r, w.end);
  if (r->suspect) examine_bytes(r, out);
  if (out->fault == RECORD_OK && fields && w.fields != fields) out->fault = RECORD_RAGGED;
  return true;
}

static bool grow(records *r, size_t capacity) {
  size_t blocks = (capacity + RECORDS_SLACK) / 64 + 1;
  char *data = realloc(r->data, capacity + RECORDS_SLACK);
  if (data) r->data = data;
  uint64_t *ends = realloc(r->ends, blocks * sizeof *ends);
  if (ends) r->ends = ends;
  uint64_t *quotes = realloc(r->quotes, blocks * sizeof *quotes);
  if (quotes) r->quotes = quotes;
  if (!data || !ends || !quotes)
    r->no_memory = true;
  else
    r->capacity = capacity;
  return !r->no_memory;
}

/* Whether every record that is whole in this buffer is surely without NUL and well-formed. */
static bool surely_clean(const records *r, unsigned flags) {
  if (flags & SCAN_NUL) return false;
  if (!(flags & SCAN_HIGH)) return true;
  size_t valid = scan_utf8(r->data, r->size);
  size_t rest = r->size - valid;
  if (rest == 0) return true;
  /* a character cut by the end of the buffer belongs to a record that is not whole yet */
  const char *tail = r->data + valid;
  return rest < 4 && !r->ended && !memchr(tail, '\n', rest) && !memchr(tail, '\r', rest);
}

int records_more(records *r) {
  if (r->ended) return 0;
  size_t kept = r->size - r->at;
  size_t wanted =
      kept > r->block ? kept : r->block; /* doubling: a long record is not rescanned often */
  if (kept) memmove(r->data, r->data + r->at, kept);
  r->at = 0;
  r->size = kept;
  if (r->capacity < kept + wanted && !grow(r, kept + wanted)) return -1;
  while (r->size < kept + wanted) {
    long n = input_read(r->in, r->data + r->size, kept + wanted - r->size);
    if (n < 0) return -1;
    if (n == 0) {
      r->ended = true;
      break;
    }
    r->size += (size_t)n;
  }
  memset(r->data + r->size, 1, RECORDS_SLACK);
  r->data[r->size] = '\n';
  char quote = r->quote < 0 ? r->delimiter : (char)r->quote;
  unsigned flags = r->scan(r->data, r->size / 64 + 1, r->delimiter, quote, r->ends, r->quotes);
  r->suspect = !surely_clean(r, flags);
  return 1;
}

void records_deinit(records *r) {
  free(r->data);
  free(r->ends);
  free(r->quotes);
  input_close(r->in);
}
