/* Durations, of two kinds that never mix: a number of seconds, and a number of months, which have no
 * fixed length. Written as ISO 8601 does: P1DT12H, PT90S; P1Y2M, -P6M. */
#ifndef BASE_DURATION_H
#define BASE_DURATION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* -?P with days, hours, minutes and seconds, or with years and months, whole numbers, in this order,
 * each at most once. False if the text is no such duration, or too long a one for 64 bits. */
bool duration_parse(const char *text, size_t n, bool *months, int64_t *out);
/* A span of time as people write it: "90s", "5m", "2 hours", "1h30m", "7d", "2 weeks"; m and min are
 * minutes. In seconds, more than 0. False if the text is no such span, or one of more than 100 years. */
bool span_parse(const char *text, int64_t *seconds);
/* "1h30m": the span in the units above, each at most once; no NUL; returns the length (< 40). */
size_t span_write(char *out, int64_t seconds);
/* No NUL; returns the length (< 64). */
size_t duration_write(char *out, bool months, int64_t value);

#endif
