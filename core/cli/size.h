/* Bytes as people read them. */
#ifndef CLI_SIZE_H
#define CLI_SIZE_H

#include <stdint.h>
#include <stdio.h>

/* "12.3 MB"; less than a thousand: "12 bytes". */
void size_print(FILE *file, int64_t bytes);

#endif
