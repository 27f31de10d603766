/* What the files that load a pack share beside the declarations. */
#ifndef LANG_PACK_LOAD_H
#define LANG_PACK_LOAD_H

#include "declare.h"

/* Looks at the whole pack after its scripts have run: what is absent, what names nothing, codes
 * that nobody lists, the texts of the codes. */
void pack_check(loader *l);
/* The part of it that is about reason codes and their texts (pack_codes.c). */
void pack_check_codes(loader *l);

/* The global reason(code, value) of both worlds. */
void pack_provide_reason(sandbox *s);

#endif
