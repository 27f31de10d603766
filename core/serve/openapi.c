/* The description of the API: openapi.json as it stands beside this file, put into the program by the
 * assembler; the Makefile knows that this file depends on it. */
#include "openapi.h"

#include <stdint.h>

__asm__(".pushsection .rodata\n"
        ".global openapi_start\n"
        "openapi_start:\n"
        ".incbin \"core/serve/openapi.json\"\n"
        ".global openapi_end\n"
        "openapi_end:\n"
        ".byte 0\n"
        ".popsection\n");
extern const char openapi_start[], openapi_end[];

const char *openapi_text(size_t *size) {
  *size = (uintptr_t)openapi_end - (uintptr_t)openapi_start;
  return openapi_start;
}
