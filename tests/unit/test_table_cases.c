/* tests/tables/policies.test: what each hit policy and unary test of a decision table means, as cases of
 * table, record, result. The tables come as CSV, from the file through the plan to the outputs. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>
#include <unistd.h>
#include "support/bench.h"

#define CASES "tests/tables/policies.test"

static const char company[] =
    "company { name = 'Cases', currency = 'CNY', timezone = '+08:00', scripts = { 'steps' } }\n"
    "source { plugin = 'csv', path = 'c.csv' }\n"
    "fields { id = key, m = money, i = integer, j = integer, n = number, d = date, e = date,\n"
    "  c = choice { 'A', 'B', 'C', 'D' }, b = boolean, t = text, w = timestamp }\n";
static const char steps[] = "decision_table 'table' { file = 't.csv' }\n"
                            "codes 'codes' { 'ONE', 'TWO', 'THREE' }\n";

typedef struct block {
  char name[128];
  buffer table;
  size_t count;
  case_ cases[32];
} block;

static void put_file(const char *folder, const char *name, const char *data, size_t n) {
  char path[512];
  snprintf(path, sizeof path, "%s/%s", folder, name);
  FILE *out = fopen(path, "wb");
  assert_non_null(out);
  assert_int_equal(fwrite(data, 1, n, out), n);
  fclose(out);
}

static void remove_folder(const char *folder) {
  static const char *const names[] = {"company.lua", "steps.lua", "t.csv"};
  for (size_t i = 0; i < COUNT(names); i++) {
    char path[512];
    snprintf(path, sizeof path, "%s/%s", folder, names[i]);
    unlink(path);
  }
  rmdir(folder);
}

static void check_block(block *b) {
  char folder[] = "/tmp/assay-cases-XXXXXX", text[1024];
  findings found = {0};
  assert_non_null(mkdtemp(folder));
  buffer_char(&b->table, 0);
  bool second = strstr(b->table.data, "p: ") != NULL;
  snprintf(text, sizeof text, "%soutputs { 'o'%s, 'codes' }\n", company, second ? ", 'p'" : "");
  put_file(folder, "company.lua", text, strlen(text));
  put_file(folder, "steps.lua", steps, strlen(steps));
  put_file(folder, "t.csv", b->table.data, b->table.size - 1);
  pack *p = pack_load(folder, &found);
  for (size_t i = 0; i < found.count && !p; i++)
    print_error("%s: %s:%d: %s\n", b->name, found.items[i].file, found.items[i].line,
                found.items[i].message);
  remove_folder(folder);
  assert_non_null(p);
  print_message("# %s\n", b->name);
  check_cases(p, b->cases, b->count);
  pack_free(p);
  findings_deinit(&found);
  for (size_t i = 0; i < b->count; i++) free((char *)(uintptr_t)b->cases[i].record);
  buffer_deinit(&b->table);
  *b = (block){0};
}

static void read_case(block *b, const char *line) {
  assert_true(b->count < COUNT(b->cases));
  char *record = mem_string(line), *arrow = strstr(record, " => ");
  assert_non_null(arrow);
  *arrow = '\0';
  b->cases[b->count++] = (case_){record, arrow + 4};
}

static void every_case_gives_what_it_says(void **state) {
  (void)state;
  static block b;
  char line[512];
  bool cases = false;
  size_t blocks = 0;
  FILE *in = fopen(CASES, "r");
  assert_non_null(in);
  while (fgets(line, sizeof line, in)) {
    bool begins = strncmp(line, "== ", 3) == 0;
    if (begins && b.count) check_block(&b);
    if (!begins && !b.name[0]) continue; /* the head of the file */
    size_t n = strcspn(line, "\n");
    if (begins) {
      snprintf(b.name, sizeof b.name, "%.*s", (int)n - 3, line + 3);
      cases = false;
      blocks++;
    } else if (strcmp(line, "--\n") == 0) {
      cases = true;
    } else if (!cases) {
      buffer_text(&b.table, line);
    } else if (n) {
      line[n] = '\0';
      read_case(&b, line);
    }
  }
  fclose(in);
  check_block(&b);
  assert_true(blocks > 30);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(every_case_gives_what_it_says),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
