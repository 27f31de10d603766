/* The description of the API (OpenAPI 3.1), as it is served. */
#ifndef SERVE_OPENAPI_H
#define SERVE_OPENAPI_H

#include <stddef.h>

const char *openapi_text(size_t *size);

#endif
