/* Finds the bytes that shape a CSV text, 64 at a time, as bit masks. All kernels give the same
 * bits. */
#ifndef CSV_SCAN_H
#define CSV_SCAN_H

#include <stddef.h>
#include <stdint.h>

#define SCAN_NUL 1u  /* there is a NUL byte */
#define SCAN_HIGH 2u /* there is a byte of 0x80 or more */

/* For each of the `blocks` blocks of 64 bytes: ends[i] has a bit for each delimiter, CR and LF,
 * quotes[i] one for each quote. Returns what else there is. */
typedef unsigned scan_kernel(const char *bytes, size_t blocks, char delimiter, char quote,
                             uint64_t *ends, uint64_t *quotes);

/* "auto", "portable", "sse2" or "avx2"; NULL when this CPU cannot. */
scan_kernel *scan_choose(const char *name);

/* Length of the well-formed UTF-8 at the beginning. */
size_t scan_utf8(const char *bytes, size_t n);

#endif
