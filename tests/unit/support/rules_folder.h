/* Packs in a folder of rules, written by a test. */
#ifndef SUPPORT_RULES_FOLDER_H
#define SUPPORT_RULES_FOLDER_H

#include <stdio.h>
#include <sys/stat.h>

/* RULES/NAME/FILE; the folders are made. */
static void put_pack_file(const char *rules_folder, const char *name, const char *file,
                          const char *text) {
  char path[300];
  snprintf(path, sizeof path, "%s/%s", rules_folder, name);
  mkdir(path, 0700);
  snprintf(path, sizeof path, "%s/%s/%s", rules_folder, name, file);
  FILE *f = fopen(path, "w");
  assert_non_null(f);
  fputs(text, f);
  fclose(f);
}

#endif
