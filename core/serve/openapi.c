/* The description of the API: openapi.json as it stands beside this file, put into the program by the
 * assembler; the Makefile knows that this file depends on it. */
#include "openapi.h"

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
  *size = (size_t)(openapi_end - openapi_start);
  return openapi_start;
}
