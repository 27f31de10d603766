/* Packs written as a person writes them, as a text in the test: loaded from a folder of their own, which
 * is gone again before the test goes on. */
#ifndef SUPPORT_PACK_TEXT_H
#define SUPPORT_PACK_TEXT_H

#include <stdio.h>
#include <unistd.h>
#include "bench.h"
#include "lang/pack.h"

#define TEXT_COMPANY                                                                               \
  "company { name = 'Test', currency = 'CNY', timezone = '+08:00', scripts = { 'steps' } }\n"      \
  "source { plugin = 'csv', path = 'c.csv' }\n"

typedef struct text_file {
  const char *name, *text;
} text_file;

/* Loads company.lua with `company` behind TEXT_COMPANY, steps.lua, and `more` files up to one without
 * a name (NULL: none). NULL when there are errors; the findings go to `out`. */
BUILT pack *text_pack_files(const char *company, const char *steps, const text_file *more,
                            findings *out) {
  char folder[] = "/tmp/assay-text-XXXXXX", path[256], whole[8192];
  text_file files[16] = {{"company.lua", whole}, {"steps.lua", steps}};
  size_t count = 2;
  assert_non_null(mkdtemp(folder));
  snprintf(whole, sizeof whole, "%s%s", TEXT_COMPANY, company);
  for (; more && more->name; more++) files[count++] = *more;
  for (size_t i = 0; i < count; i++) {
    snprintf(path, sizeof path, "%s/%s", folder, files[i].name);
    FILE *f = fopen(path, "wb");
    assert_non_null(f);
    fputs(files[i].text, f);
    fclose(f);
  }
  pack *p = pack_load(folder, out);
  for (size_t i = 0; i < count; i++) {
    snprintf(path, sizeof path, "%s/%s", folder, files[i].name);
    unlink(path);
  }
  rmdir(folder);
  return p;
}

/* The same for a pack that is right: warnings do not count. */
BUILT pack *text_pack(const char *company, const char *steps) {
  findings found = {0};
  pack *p = text_pack_files(company, steps, NULL, &found);
  for (size_t i = 0; i < found.count && !p; i++)
    print_error("%s:%d: %s\n", found.items[i].file, found.items[i].line, found.items[i].message);
  findings_deinit(&found);
  assert_non_null(p);
  return p;
}

/* Loads, compiles, and looks for a part of what is said. The finding must have a file and a line. */
BUILT void text_pack_says(const char *company, const char *steps, const char *part) {
  findings found = {0};
  pack *p = text_pack_files(company, steps, NULL, &found);
  plan *made = p ? plan_new(p, &(plan_options){.as_of = AS_OF}, &found) : NULL;
  const finding *said = NULL;
  for (size_t i = 0; i < found.count && !said; i++)
    if (strstr(found.items[i].message, part)) said = &found.items[i];
  for (size_t i = 0; i < found.count && !said; i++)
    print_error("said: %s\n", found.items[i].message);
  if (!said) fail_msg("not said: %s", part);
  assert_true(said->file && said->line > 0);
  plan_free(made);
  pack_free(p);
  findings_deinit(&found);
}

#endif
