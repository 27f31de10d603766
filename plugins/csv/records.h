/* Cuts a stream of bytes into CSV records (RFC 4180; CRLF, LF or CR ends a line).
 *
 * Whatever the input, every byte belongs to exactly one record, and the records do not depend on
 * how the bytes came in blocks. A record that is not CSV costs itself alone: after a quote that is
 * never closed, text after a closing quote, or more bytes than allowed, reading goes on after the
 * first line end of the record, inside quotes or not. */
#ifndef CSV_RECORDS_H
#define CSV_RECORDS_H

#include "input.h"
#include "scan.h"

/* Where a field lies in the buffer, without its quotes. */
typedef struct span {
  uint32_t at, size; /* the size with SPAN_DOUBLED if doubled quotes are still to be halved */
} span;
#define SPAN_DOUBLED 0x80000000u

typedef enum record_fault {
  RECORD_OK,
  RECORD_RAGGED,     /* `found` fields instead of those expected */
  RECORD_TEXT_AFTER, /* field `found`: text after the closing quote */
  RECORD_OPEN_QUOTE, /* field `found`: its quote is never closed */
  RECORD_TOO_LONG,
  RECORD_NUL,     /* a NUL byte at `fault_at` */
  RECORD_ENCODING /* a byte that is not UTF-8 (or was not GB18030) at `fault_at` */
} record_fault;

typedef struct record {
  record_fault fault;
  int64_t line;   /* where it begins, from 1 */
  size_t at, end; /* in the buffer, without the line end */
  size_t found;   /* fields */
  size_t fault_at;
} record;

typedef struct records {
  input *in;
  scan_kernel *scan;
  char delimiter;
  int quote;         /* -1: none */
  size_t max_record; /* bytes */
  size_t block;      /* bytes read at a time */
  char *data;        /* followed by slack that may be read */
  size_t at, size, capacity;
  uint64_t *ends, *quotes;
  int64_t line;
  bool ended;    /* all bytes are in the buffer */
  bool after_cr; /* an LF now belongs to the line end before */
  bool skipping; /* drop all to the next line end */
  bool suspect;  /* the buffer may hold NUL bytes or broken UTF-8 */
  bool no_memory;
} records;

#define RECORDS_SLACK 192 /* bytes after the end of the data that may be read */

/* Finds the next record that is wholly in the buffer: its first `room` fields in `spans`. With
 * `fields` not 0 another number of fields is RECORD_RAGGED. False: records_more is needed. */
bool records_next(records *r, size_t fields, span *spans, size_t room, record *out);
/* Reads on; the spans handed out are void. 1 = more bytes or the end came, 0 = nothing is left, -1
 * = the input failed or there is no memory. */
int records_more(records *r);
void records_deinit(records *r);

#endif
