/* What the files that load a pack share beside the declarations. */
#ifndef LANG_PACK_LOAD_H
#define LANG_PACK_LOAD_H

#include "declare.h"

/* Looks at the whole pack after its scripts have run: what is absent, what names nothing, codes
 * that nobody lists, the texts of the codes. */
void pack_check(loader *l);
/* The part of it that is about reason codes and their texts (pack_codes.c). */
void pack_check_codes(loader *l);

/* The folders in which a base name is looked up, in order: ./rules, those of ASSAY_RULES, the installed
 * ones. In the arena. */
size_t pack_rule_folders(arena *a, const char ***out);
/* A file by its path, or of the archive that stands for the folder by its name; NULL with errno. */
char *pack_read_member(const loader *l, const char *name, const char *path, size_t *size);

/* use "name" while the pack is loaded: runs rules/lib/name.lua once and gives what it returns; and in
 * the run world, where the pack has the script already. */
void pack_declare_use(loader *l, sandbox *s);
void pack_provide_use(const pack *p, sandbox *s);

/* The global reason(code, value) of both worlds. */
void pack_provide_reason(sandbox *s);

#endif
