/* Lists of records in a plan: what of them the steps read, and the rows of related records that
 * count. The steps that read lists note it with build_list_read and build_list_kept. */
#ifndef EVAL_LISTS_H
#define EVAL_LISTS_H

#include "build.h"

/* Before the steps: nothing is read yet; compiles the conditions of the related lists. */
void lists_init(builder *b);
/* Warns of related lists, and fields of their records, that nothing reads. */
void lists_warn_unread(builder *b);

#endif
