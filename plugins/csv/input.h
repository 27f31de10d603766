/* The bytes of a CSV source as UTF-8: a file or standard input, plain or gzip, in UTF-8 or GB18030.
 *
 * It must never pass off a file that changed or ended early as whole, and never replace a byte that
 * it cannot decode by another character. */
#ifndef CSV_INPUT_H
#define CSV_INPUT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef struct input input;

/* A byte that the encoding does not know is passed on as this one, which no UTF-8 text holds,
 * followed by its two hexadecimal digits; so it cannot be lost and its record can be refused. */
#define INPUT_UNDECODED '\xFF'

/* Path "-" is standard input. NULL: the message says why. */
input *input_open(const char *path, bool gb18030, char *message, size_t room);
/* The next 1 to `room` bytes; 0 at the end, -1 on failure (see input_error). */
long input_read(input *in, char *out, size_t room);
const char *input_error(const input *in);
/* Bytes of the file as it lies on the disk; total 0 = unknown. */
void input_progress(const input *in, uint64_t *done, uint64_t *total);
void input_close(input *in);

#endif
