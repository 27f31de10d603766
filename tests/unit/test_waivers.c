/* Waivers: where one is read, what it is for, and what is told of one that is wrong. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "run/waivers.h"

/* ---- reading ---- */

/* "line:from-to id=because" of each, one a line. */
static void same_waivers(const waivers *list, const char *expected) {
  buffer got = {0};
  for (size_t i = 0; i < list->count; i++) {
    const waiver *w = &list->items[i];
    buffer_format(&got, "%d:%d-%d %s%s%s=%s\n", w->at.line, w->from, w->to, w->word ? w->word : "",
                  w->word ? " " : "", w->id, w->because ? w->because : "(none)");
  }
  buffer_text(&got, "");
  assert_string_equal(got.data, expected);
  buffer_deinit(&got);
}

static void script_has(const char *text, const char *expected) {
  arena a = {0};
  waivers list = {0};
  waivers_read_script(&a, "s.lua", text, strlen(text), &list);
  same_waivers(&list, expected);
  arena_deinit(&a);
}

static void note_has(const char *text, const char *expected) {
  arena a = {0};
  waivers list = {0};
  waivers_read_note(&a, text, (place){"t.csv", 7}, &list);
  same_waivers(&list, expected);
  arena_deinit(&a);
}

static void sheet_has(const char *text, const char *expected) {
  arena a = {0};
  waivers list = {0};
  waivers_read_sheet(&a, "t.csv", text, strlen(text), &list);
  same_waivers(&list, expected);
  arena_deinit(&a);
}

static void behind_the_line_it_is_for_the_line(void **state) {
  (void)state;
  script_has("local a = 1\n"
             "local b = 1 / 3 -- check: allow lua-arithmetic because it is a share of time\n"
             "local c = 2\n",
             "2:2-2 lua-arithmetic=it is a share of time\n");
  script_has("x { 1, --[[ check: allow gap because 夜间人工 ]] 2 }", "1:1-1 gap=夜间人工\n");
}

static void above_a_line_it_is_for_that_line(void **state) {
  (void)state;
  script_has("-- check: allow gap because of law\n"
             "-- any other remark\r\n"
             "\tdecision_table 'a' {\n",
             "1:1-3 gap=of law\n");
  /* not over an empty line, not at the end of the file, not past the line below */
  script_has("-- check: allow gap because of law\n\nx()\n", "1:1-1 gap=of law\n");
  script_has("x()\n-- check: allow gap because of law", "2:2-2 gap=of law\n");
  script_has("-- check: allow gap because of law\nx(\n1)\n", "1:1-2 gap=of law\n");
  /* a line in the middle of a text that spans lines is the text's own */
  script_has("x = [[\n-- check: allow gap because of law\n]]\n-- check: allow gap because b\ny()\n",
             "4:4-5 gap=b\n");
}

static void a_text_that_looks_like_one_is_none(void **state) {
  (void)state;
  script_has("x '-- check: allow gap because a'\n"
             "x \"-- check: allow gap because a\"\n"
             "x [==[ -- check: allow gap because a ]] ]==]\n"
             "x 'it\\'s -- check: allow gap because a'\n",
             "");
}

static void a_remark_that_begins_so_is_none(void **state) {
  (void)state;
  script_has("-- check: the figures of 2024 are in the annex\n"
             "-- check: allowance is paid at 30\n"
             "-- check the gap, allow it because it is there\n"
             "-- we allow gap because of law\n"
             "-- see check: allow gap because of law\n",
             "");
}

static void several_kinds_and_several_waivers(void **state) {
  (void)state;
  script_has("-- check: allow gap, masked-row，never-matches because 新规七月起\nx()\n",
             "1:1-2 gap=新规七月起\n1:1-2 masked-row=新规七月起\n1:1-2 never-matches=新规七月起\n");
  script_has("-- check: allow gap because one; check: allow no-effect because two; or three\nx()\n",
             "1:1-2 gap=one\n1:1-2 no-effect=two; or three\n");
  script_has("-- check: allow gap because one\n-- check: allow no-effect because two\nx()\n",
             "1:1-3 gap=one\n2:2-3 no-effect=two\n");
}

static void a_reason_goes_on_where_it_is_indented(void **state) {
  (void)state;
  script_has("-- check: allow gap because the desk\n"
             "--   takes these by hand\n"
             "-- The table itself: from the manual.\n"
             "x()\n",
             "1:1-4 gap=the desk takes these by hand\n");
  script_has("-- check: allow gap because\n--   of law\nx()\n", "1:1-3 gap=of law\n");
  script_has("--[[ check: allow gap because of\n       the law ]]\nx()\n",
             "1:1-3 gap=of the law\n");
}

static void what_is_wrong_is_kept(void **state) {
  (void)state;
  script_has("x() -- check: allow gap\n", "1:1-1 gap=(none)\n");
  script_has("x() -- check: allow gap because\n", "1:1-1 gap=(none)\n");
  script_has("x() -- check: allow gap becuase of law\n", "1:1-1 gap=(none)\n");
  script_has("x() -- check: allow\n", "1:1-1 =(none)\n");
  script_has("x() -- check: allow because of law\n", "1:1-1 =of law\n");
  script_has("x() -- check: alow gap because of law\n", "1:1-1 alow gap=of law\n");
  script_has("x() --check：allow gap because：法规\n", "1:1-1 gap=法规\n");
  script_has("x() -- check: allow gap, because of law\n", "1:1-1 gap=of law\n");
}

static void a_note_is_for_its_row(void **state) {
  (void)state;
  note_has("check: allow masked-row because 保留旧条款", "7:7-7 masked-row=保留旧条款\n");
  note_has("第 3 条；check: allow gap because of law; check: allow no-effect because so",
           "7:7-7 gap=of law\n7:7-7 no-effect=so\n");
  note_has("we check: allow gap because of law", "");
  note_has("check: allow gap; see the annex", "7:7-7 gap=(none)\n");
  note_has("", "");
}

static void of_a_sheet_only_remarks_are_read(void **state) {
  (void)state;
  sheet_has(
      "first,amount,grade: text,note,# check: allow gap because of law\n"
      "1,< 5,check: allow gap because a,,\n"
      "\n"
      "2,-,x,check: allow masked-row because b,\"check: allow no-effect because \"\"c\"\"\"\n",
      "1:1-1 gap=of law\n4:4-4 masked-row=b\n4:4-4 no-effect=\"c\"\n");
  sheet_has("code,text,note\nA,\"two\nlines\",\nB,b,check: allow text-unused because b\n",
            "4:4-4 text-unused=b\n");
  sheet_has("", "");
  sheet_has("note\n\"broken", "");
}

/* Cut off at any byte: read to its end and not beyond, where the sanitizer looks. */
static void half_a_file_is_read(void **state) {
  (void)state;
  static const char script[] =
      "x { 1, --[==[ check: allow gap,、no-effect because\r\n  法 ]==] 'a\\z\n'\n"
      "--[[\n\n check：alow gap because b; check: allow]]\n--\n [[ -- ]] }\n"
      "-- check: allow gap because c\n--   d\n--";
  static const char sheet_text[] =
      "first,#check: allow gap because a,note\n"
      "1,\"x；check: allow gap\nbecause b\",check：allow gap because 法\n";
  for (size_t n = 0; n < sizeof script; n++) {
    arena a = {0};
    waivers list = {0};
    char *copy = malloc(n ? n : 1); /* no room behind it */
    memcpy(copy, script, n);
    waivers_read_script(&a, "s.lua", copy, n, &list);
    if (n < sizeof sheet_text) {
      memcpy(copy, sheet_text, n);
      waivers_read_sheet(&a, "t.csv", copy, n, &list);
    }
    for (size_t i = 0; i < list.count; i++) assert_true(list.items[i].from <= list.items[i].to);
    free(copy);
    arena_deinit(&a);
  }
}

/* ---- a pack's findings ---- */

static char folder[64];

static int set_up(void **state) {
  (void)state;
  strcpy(folder, "/tmp/assay-waivers-XXXXXX");
  return mkdtemp(folder) ? 0 : -1;
}

static const char *path_of(const char *name) {
  static char path[128];
  snprintf(path, sizeof path, "%s/%s", folder, name);
  return path;
}

static int tear_down(void **state) {
  (void)state;
  static const char *const names[] = {"company.lua", "steps.lua", "t.csv", "old.lua"};
  for (size_t i = 0; i < sizeof names / sizeof *names; i++) unlink(path_of(names[i]));
  return rmdir(folder);
}

static void put_file(const char *name, const char *text) {
  FILE *out = fopen(path_of(name), "wb");
  assert_non_null(out);
  fputs(text, out);
  fclose(out);
}

static pack *load(const char *steps, findings *found) {
  put_file("company.lua",
           "company { name = 'W', currency = 'CNY', timezone = '+08:00', scripts = { 'steps' } }\n"
           "source { plugin = 'csv', path = 'c.csv' }\n"
           "fields { id = key, amount = money }\n"
           "outputs { 'o' }\n");
  put_file("steps.lua", steps);
  pack *p = pack_load(folder, found);
  for (size_t i = 0; i < found->count && !p; i++) print_error("%s\n", found->items[i].message);
  assert_non_null(p);
  return p;
}

/* A finding as an analysis would add it. */
static void find(findings *list, const char *file, int line, const char *id) {
  findings_add(list, SEVERITY_WARNING, path_of(file), line, "found");
  findings_detail(list, id, NULL, NULL);
}

/* "file:line id: message", or "(because)" in place of the message if it is waived. */
static void same_findings(const findings *list, const char *expected) {
  buffer got = {0};
  for (size_t i = 0; i < list->count; i++) {
    const finding *f = &list->items[i];
    buffer_format(&got, "%s:%d %s: %s%s%s\n", f->file + strlen(folder) + 1, f->line, f->id,
                  f->waived ? "(" : "", f->waived ? f->waived : f->message, f->waived ? ")" : "");
  }
  buffer_text(&got, "");
  assert_string_equal(got.data, expected);
  buffer_deinit(&got);
}

static const char steps[] = "-- check: allow gap because of law\n"
                            "decision_table 'o' { type = integer, inputs = { 'amount' },\n"
                            "  { '< 5', 1 }, -- check: allow no-effect because of habit\n"
                            "  { '< 4', 2, note = 'check: allow masked-row because 旧' } }\n";

static void warnings_of_the_line_are_waived(void **state) {
  (void)state;
  findings found = {0};
  pack *p = load(steps, &found);
  find(&found, "steps.lua", 2, "gap");
  find(&found, "steps.lua", 2, "gap");
  find(&found, "steps.lua", 2, "unused-output");
  find(&found, "steps.lua", 3, "no-effect");
  find(&found, "steps.lua", 4, "no-effect");
  find(&found, "steps.lua", 4, "masked-row");
  find(&found, "company.lua", 2, "gap");
  waivers_judge(p, &found);
  same_findings(&found, "company.lua:2 gap: found\n"
                        "steps.lua:2 gap: (of law)\n"
                        "steps.lua:2 gap: (of law)\n"
                        "steps.lua:2 unused-output: found\n"
                        "steps.lua:3 no-effect: (of habit)\n"
                        "steps.lua:4 no-effect: found\n"
                        "steps.lua:4 masked-row: (旧)\n");
  assert_int_equal(found.waived, 4);
  assert_int_equal(findings_warnings(&found), 3);
  findings_deinit(&found);
  pack_free(p);
}

static void a_waiver_that_is_wrong_is_found(void **state) {
  (void)state;
  findings found = {0};
  pack *p = load("decision_table 'o' { type = integer, inputs = { 'amount' },\n"
                 "  { '< 5', 1 }, -- check: allow gpa because of law\n"
                 "  { '< 4', 2 }, -- check: allow masked-row\n"
                 "  { '< 3', 3 }, -- check: allow gap because of law\n"
                 "  { '< 2', 4 }, -- check: allow masked-row because of law\n"
                 "  -- check: allow mistake because I like it\n"
                 "  { '< 1', 5 }, -- check: alow gap because of law\n"
                 "  { '-', 6 },   -- check: allow waiver-unused because of law\n"
                 "} -- check: allow because of law\n",
                 &found);
  find(&found, "steps.lua", 3, "masked-row");
  find(&found, "steps.lua", 3, "waiver-unused"); /* of the same kind as those that are added */
  waivers_judge(p, &found);
  same_findings(
      &found,
      "steps.lua:2 waiver-unknown: there is no kind of finding \"gpa\" to be waived; did you mean "
      "gap?\n"
      "steps.lua:3 masked-row: found\n"
      "steps.lua:3 waiver-unused: found\n"
      "steps.lua:3 waiver-without-reason: the waiver of \"masked-row\" gives no reason, so it "
      "waives nothing\n"
      "steps.lua:4 waiver-unused: there is nothing to waive: no finding \"gap\" at line 4\n"
      "steps.lua:5 waiver-unused: there is nothing to waive: no finding \"masked-row\" at line 5; "
      "the nearest is at line 3\n"
      "steps.lua:6 waiver-unknown: a mistake cannot be waived, it has to be mended\n"
      "steps.lua:7 waiver-unknown: \"check: alow gap\" waives nothing; did you mean check: allow "
      "gap because ...?\n"
      "steps.lua:8 waiver-unknown: \"waiver-unused\" cannot be waived: it is about a waiver "
      "itself\n"
      "steps.lua:9 waiver-unknown: the waiver does not say which kind of finding may stand\n");
  assert_int_equal(found.waived, 0);
  findings_deinit(&found);
  pack_free(p);
}

static void mistakes_are_never_waived(void **state) {
  (void)state;
  findings found = {0};
  pack *p = load("derive 'o' { 'amount' } -- check: allow gap because of law\n", &found);
  findings_add(&found, SEVERITY_ERROR, path_of("steps.lua"), 1, "wrong");
  findings_detail(&found, "gap", NULL, NULL);
  waivers_judge(p, &found);
  /* and with mistakes about, what has nothing to waive is not told: the analysis has not run */
  same_findings(&found, "steps.lua:1 gap: wrong\n");
  assert_int_equal(found.errors, 1);
  findings_deinit(&found);
  pack_free(p);
}

static void what_runs_is_not_nagged(void **state) {
  (void)state;
  findings found = {0};
  pack *p = load("derive 'o' { 'amount' } -- check: allow no-effect because of law\n"
                 "-- check: allow gpa because of law\n",
                 &found);
  find(&found, "steps.lua", 1, "no-effect");
  waivers_apply(p, &found); /* what is wrong about waivers is for check to say */
  same_findings(&found, "steps.lua:1 no-effect: (of law)\n");
  findings_deinit(&found);
  waivers_apply(p, &found);
  assert_int_equal(found.count, 0);
  pack_free(p);
}

static void tables_in_spreadsheets_are_waived_there(void **state) {
  (void)state;
  findings found = {0};
  put_file("t.csv", "first,amount,o: integer,note\n"
                    "1,< 5,1,\n"
                    "2,< 4,2,check: allow masked-row because 七月删除\n"
                    "3,-,3,check: allow gap because of law\n");
  pack *p = load("decision_table 'o' { file = 't.csv' }\n", &found);
  find(&found, "t.csv", 3, "masked-row");
  waivers_judge(p, &found);
  same_findings(&found, "t.csv:3 masked-row: (七月删除)\n"
                        "t.csv:4 waiver-unused: there is nothing to waive: no finding \"gap\" at "
                        "line 4\n");
  findings_deinit(&found);
  pack_free(p);
}

/* Also in files that are no part of the pack, and where the pack does not load. */
static void files_that_nothing_reads(void **state) {
  (void)state;
  findings found = {0};
  put_file("old.lua", "-- check: allow stray-file because kept for the auditors\nx = 1\n");
  pack *p = load("derive 'o' { 'amount' }\n", &found);
  waivers_judge(p, &found);
  same_findings(&found, "old.lua:1 stray-file: (kept for the auditors)\n");
  findings_deinit(&found);
  pack_free(p);
  find(&found, "old.lua", 1, "stray-file");
  find(&found, "gone.lua", 1, "stray-file");
  find(&found, "old.lua", 3, "stray-file");
  waivers_apply(NULL, &found);
  assert_int_equal(found.waived, 1);
  assert_string_equal(found.items[0].waived, "kept for the auditors");
  findings_deinit(&found);
}

/* Whether a calendar is about to end depends on the day of the check. */
static void what_comes_and_goes_is_not_called_unused(void **state) {
  (void)state;
  findings found = {0};
  pack *p = load("derive 'o' { 'amount' } -- check: allow calendar-ends because 未公布\n", &found);
  waivers_judge(p, &found);
  assert_int_equal(found.count, 0);
  findings_deinit(&found);
  pack_free(p);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(behind_the_line_it_is_for_the_line),
      cmocka_unit_test(above_a_line_it_is_for_that_line),
      cmocka_unit_test(a_text_that_looks_like_one_is_none),
      cmocka_unit_test(a_remark_that_begins_so_is_none),
      cmocka_unit_test(several_kinds_and_several_waivers),
      cmocka_unit_test(a_reason_goes_on_where_it_is_indented),
      cmocka_unit_test(what_is_wrong_is_kept),
      cmocka_unit_test(a_note_is_for_its_row),
      cmocka_unit_test(of_a_sheet_only_remarks_are_read),
      cmocka_unit_test(half_a_file_is_read),
      cmocka_unit_test_setup_teardown(warnings_of_the_line_are_waived, set_up, tear_down),
      cmocka_unit_test_setup_teardown(a_waiver_that_is_wrong_is_found, set_up, tear_down),
      cmocka_unit_test_setup_teardown(mistakes_are_never_waived, set_up, tear_down),
      cmocka_unit_test_setup_teardown(what_runs_is_not_nagged, set_up, tear_down),
      cmocka_unit_test_setup_teardown(tables_in_spreadsheets_are_waived_there, set_up, tear_down),
      cmocka_unit_test_setup_teardown(files_that_nothing_reads, set_up, tear_down),
      cmocka_unit_test_setup_teardown(what_comes_and_goes_is_not_called_unused, set_up, tear_down),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
