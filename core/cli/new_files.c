/* The assembler puts the files into the program as they are; the Makefile knows that this file depends
 * on them. */
#include "new_files.h"

#define EMBED(symbol, path)                                                                        \
  __asm__(".pushsection .rodata\n"                                                                 \
          ".global new_" #symbol "_start\n"                                                        \
          "new_" #symbol "_start:\n"                                                               \
          ".incbin \"core/cli/new/" path "\"\n"                                                    \
          ".global new_" #symbol "_end\n"                                                          \
          "new_" #symbol "_end:\n"                                                                 \
          ".byte 0\n"                                                                              \
          ".popsection\n");                                                                        \
  extern const char new_##symbol##_start[], new_##symbol##_end[]

EMBED(company, "company.lua");
EMBED(classification, "classification.lua");
EMBED(cadence, "cadence.lua");
EMBED(credit, "credit.lua");
EMBED(tests, "tests.lua");
EMBED(customers, "customers.csv");
EMBED(reasons_en, "reasons.en.csv");
EMBED(reasons_zh, "reasons.zh.csv");
EMBED(readme, "README.md");

#define FILE_OF(symbol, name)                                                                      \
  { name, new_##symbol##_start, new_##symbol##_end }

const new_file new_files[] = {
    FILE_OF(company, "company.lua"),       FILE_OF(classification, "classification.lua"),
    FILE_OF(cadence, "cadence.lua"),       FILE_OF(credit, "credit.lua"),
    FILE_OF(tests, "tests.lua"),           FILE_OF(customers, "customers.csv"),
    FILE_OF(reasons_en, "reasons.en.csv"), FILE_OF(reasons_zh, "reasons.zh.csv"),
    FILE_OF(readme, "README.md"),
};
const size_t new_file_count = sizeof new_files / sizeof *new_files;
