/* Wrong packs: each folder of tests/packs/wrong, laid over the files of base, gives just the messages
 * of its expect.txt; each message names a line that is there, and each kind of finding has a folder. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>
#include "eval/plan.h"
#include "run/check.h"
#include "run/finding_kinds.h"
#include "run/waivers.h"
#include "support/pack_folder.h"

/* ---- wrong packs: tests/packs/wrong/NAME, over the files of base ---- */

static void describe(const findings *found, const char *folder_path, buffer *out) {
  size_t n = strlen(folder_path);
  for (size_t i = 0; i < found->count; i++) {
    const finding *item = &found->items[i];
    buffer line = {0};
    const char *kind = item->severity == SEVERITY_ERROR ? "error"
                       : item->waived                   ? "waived"
                                                        : "warning";
    buffer_format(&line, "%s:%d: %s: %s\n", item->file ? item->file : "-", item->line, kind,
                  item->message);
    if (item->witness) buffer_format(&line, "    for instance %s\n", item->witness);
    if (item->fix) buffer_format(&line, "    fix: %s\n", item->fix);
    if (item->waived) buffer_format(&line, "    because %s\n", item->waived);
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
 * line is the witness, the fix or the waiver of the finding above it; those that it does not state may be any. */
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

enum { KINDS_MOST = 100 };

static void note_kinds(const findings *found, bool *seen) {
  for (size_t i = 0; i < found->count; i++)
    for (size_t k = 0; finding_kind_at(k); k++)
      if (!strcmp(found->items[i].id, finding_kind_at(k)->id)) seen[k] = true;
}

/* What can be waived has a kind of the list. */
static size_t of_no_kind(const findings *found) {
  size_t bad = 0;
  for (size_t i = 0; i < found->count; i++) {
    const finding *f = &found->items[i];
    if (f->severity == SEVERITY_ERROR || finding_kind_find(f->id)) continue;
    print_error("%s:%d: a warning of no known kind, %s: %s\n", f->file, f->line, f->id, f->message);
    bad++;
  }
  return bad;
}

static bool wrong_pack_is_told(const char *name, bool *seen) {
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
  if (made) waivers_judge(p, &found);
  note_kinds(&found, seen);
  describe(&found, f.path, &got);
  snprintf(path, sizeof path, WRONG "/%s/expect.txt", name);
  const char *expected = read_text(path);
  bool ok = same_findings(expected, got.data) && (made == NULL) == (found.errors > 0);
  size_t badly = findings_told_badly(&found) + of_no_kind(&found);
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
  bool seen[KINDS_MOST] = {false};
  DIR *d = opendir(WRONG);
  assert_non_null(d);
  for (struct dirent *e; (e = readdir(d));) {
    if (e->d_name[0] == '.' || strcmp(e->d_name, "base") == 0) continue;
    count++;
    bad += !wrong_pack_is_told(e->d_name, seen);
  }
  closedir(d);
  assert_true(count >= 150);
  for (size_t k = 0; finding_kind_at(k); k++) {
    const char *id = finding_kind_at(k)->id;
    assert_true(k < KINDS_MOST);
    /* a table too hard to be looked at: test_check_random */
    if (seen[k] || !strcmp(id, "not-analysed")) continue;
    print_error("no wrong pack has a finding of the kind %s\n", id);
    bad++;
  }
  assert_int_equal(bad, 0);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(every_wrong_pack_is_told),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
