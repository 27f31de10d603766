/* The assembler puts core/cli/editor/words.lua into the program as it is; the Makefile knows that this
 * file depends on it. */
#include "editor_definition.h"

__asm__(".pushsection .rodata\n"
        ".global editor_words\n"
        "editor_words:\n"
        ".incbin \"core/cli/editor/words.lua\"\n"
        ".byte 0\n"
        ".popsection\n");
