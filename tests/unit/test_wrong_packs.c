/* Wrong packs: each folder of tests/packs/wrong, laid over the files of base, gives just the messages
 * of its expect.txt; and each message names a line that is there. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>
#include "eval/plan.h"
#include "run/check.h"
#include "support/pack_folder.h"

/* ---- wrong packs: tests/packs/wrong/NAME, over the files of base ---- */

static void describe(const findings *found, const char *folder_path, buffer *out) {
  size_t n = strlen(folder_path);
  for (size_t i = 0; i < found->count; i++) {
    const finding *item = &found->items[i];
    buffer line = {0};
    const char *kind = item->severity == SEVERITY_ERROR ? "error" : "warning";
    buffer_format(&line, "%s:%d: %s: %s\n", item->file ? item->file : "-", item->line, kind,
                  item->message);
    if (item->witness) buffer_format(&line, "    for instance %s\n", item->witness);
    if (item->fix) buffer_format(&line, "    fix: %s\n", item->fix);
    for (const char *p = line.data; *p;) { /* without the folder's name, which changes */
      if (strncmp(p, folder_path, n) == 0)
        p += n + (p[n] == '/');
      else
        buffer_char(out, *p++);
    }
    buffer_deinit(&line);
  }
  buffer_char(out, 0);
}

static const char *read_text(const char *path) {
  static char text[65536];
  FILE *in = fopen(path, "rb");
  assert_non_null(in);
  text[fread(text, 1, sizeof text - 1, in)] = 0;
  fclose(in);
  return text;
}

static const char *next_line(const char *text) {
  size_t n = strcspn(text, "\n");
  return text + n + (text[n] == '\n');
}

/* Every line of expect.txt is (a part of) one finding, in order, and there are no others. An indented
 * line is the witness or the fix of the finding above it; those that it does not state may be any. */
static bool same_findings(const char *expected, const char *got) {
  while (*expected || *got) {
    char want[2048], line[4096];
    snprintf(want, sizeof want, "%.*s", (int)strcspn(expected, "\n"), expected);
    snprintf(line, sizeof line, "%.*s", (int)strcspn(got, "\n"), got);
    if (*want && strstr(line, want) && (*want == ' ') == (*line == ' ')) {
      expected = next_line(expected);
      got = next_line(got);
    } else if (*line == ' ') {
      got = next_line(got);
    } else {
      return false;
    }
  }
  return true;
}

#define WRONG "tests/packs/wrong"

static bool wrong_pack_is_told(const char *name) {
  char path[512];
  folder f;
  findings found = {0};
  buffer got = {0};
  folder_make(&f);
  folder_copy(&f, WRONG "/base");
  snprintf(path, sizeof path, WRONG "/%s", name);
  folder_copy(&f, path);
  pack *p = pack_load(f.path, &found);
  plan_options now = {.as_of = 1758870000};
  plan *made = p ? plan_new(p, &now, &found) : NULL; /* formulas are read here */
  if (made) check_policy(p, made, &(check_options){0}, &found);
  describe(&found, f.path, &got);
  snprintf(path, sizeof path, WRONG "/%s/expect.txt", name);
  const char *expected = read_text(path);
  bool ok = same_findings(expected, got.data) && (made == NULL) == (found.errors > 0);
  size_t badly = findings_told_badly(&found);
  if (!ok) print_error("%s: expected\n%sbut found\n%s", name, expected, got.data);
  plan_free(made);
  pack_free(p);
  buffer_deinit(&got);
  findings_deinit(&found);
  folder_remove(&f);
  return ok && !badly;
}

static void every_wrong_pack_is_told(void **state) {
  (void)state;
  size_t count = 0, bad = 0;
  DIR *d = opendir(WRONG);
  assert_non_null(d);
  for (struct dirent *e; (e = readdir(d));) {
    if (e->d_name[0] == '.' || strcmp(e->d_name, "base") == 0) continue;
    count++;
    bad += !wrong_pack_is_told(e->d_name);
  }
  closedir(d);
  assert_true(count >= 150);
  assert_int_equal(bad, 0);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(every_wrong_pack_is_told),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
