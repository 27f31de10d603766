/* Packs in a folder of their own, made of texts or of files that are copied, and gone when the test is
 * over; and what must hold for every finding about them, whatever it says. */
#ifndef SUPPORT_PACK_FOLDER_H
#define SUPPORT_PACK_FOLDER_H

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "base/error.h"
#include "bench.h"

typedef struct folder {
  char path[96];
} folder;

BUILT void folder_make(folder *f) {
  strcpy(f->path, "/tmp/assay-pack-XXXXXX");
  assert_non_null(mkdtemp(f->path));
}

BUILT void folder_put(const folder *f, const char *name, const void *data, size_t n) {
  char path[512];
  snprintf(path, sizeof path, "%s/%s", f->path, name);
  FILE *out = fopen(path, "wb");
  assert_non_null(out);
  assert_int_equal(fwrite(data, 1, n, out), n);
  fclose(out);
}

BUILT void folder_text(const folder *f, const char *name, const char *text) {
  folder_put(f, name, text, strlen(text));
}

BUILT void folder_copy(const folder *f, const char *from) {
  DIR *d = opendir(from);
  assert_non_null(d);
  for (struct dirent *e; (e = readdir(d));) {
    char path[1024], data[65536];
    if (e->d_name[0] == '.' || strcmp(e->d_name, "expect.txt") == 0) continue;
    snprintf(path, sizeof path, "%s/%s", from, e->d_name);
    FILE *in = fopen(path, "rb");
    assert_non_null(in);
    folder_put(f, e->d_name, data, fread(data, 1, sizeof data, in));
    fclose(in);
  }
  closedir(d);
}

BUILT void folder_remove(const folder *f) {
  DIR *d = opendir(f->path);
  for (struct dirent *e; d && (e = readdir(d));) {
    char path[512];
    snprintf(path, sizeof path, "%s/%s", f->path, e->d_name);
    unlink(path);
  }
  if (d) closedir(d);
  rmdir(f->path);
}

/* ---- every finding ---- */

BUILT size_t folder_lines(const char *path) {
  FILE *in = fopen(path, "rb");
  size_t lines = 1;
  if (!in) return 0;
  for (int c; (c = getc(in)) != EOF;) lines += c == '\n';
  fclose(in);
  return lines;
}

/* What is wrong with how something is told: it must name a line that is there, in the admin's words, not
 * in those of the machine. NULL: nothing. */
BUILT const char *told_badly(const char *file, int line, const char *message) {
  static const char *const machine[] = {
      "stack traceback", "[string", "attempt to",      ": in function", "[C]",
      "bad argument",    "(null)",  "no field package"};
  if (!file) return "no file";
  if (line <= 0) return "no line";
  size_t lines = folder_lines(file);
  if (!lines && !strstr(message, "is not there")) return "the file is not there";
  if (lines && (size_t)line > lines) return "the line is beyond the end of the file";
  if (!message[0]) return "no message";
  for (size_t i = 0; i < sizeof machine / sizeof *machine; i++)
    if (strstr(message, machine[i])) return machine[i];
  return NULL;
}

/* Prints those that are told badly; how many they are. */
BUILT size_t findings_told_badly(const findings *found) {
  size_t bad = 0;
  for (size_t i = 0; i < found->count; i++) {
    const finding *f = &found->items[i];
    const char *trouble = told_badly(f->file, f->line, f->message);
    if (trouble)
      print_error("told badly (%s): %s:%d: %s\n", trouble, f->file ? f->file : "-", f->line,
                  f->message);
    bad += trouble != NULL;
  }
  return bad;
}

#endif
