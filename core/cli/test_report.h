/* What became of tests, for people and for programs: text, TAP (version 13), JUnit XML. */
#ifndef CLI_TEST_REPORT_H
#define CLI_TEST_REPORT_H

#include <stdio.h>

#include "../run/rule_test.h"

typedef enum test_format { TEST_TEXT, TEST_TAP, TEST_JUNIT } test_format;

typedef struct test_report test_report;

/* Of the words text, tap, junit; NULL = text. */
test_format test_format_of(const char *word);

test_report *test_report_new(FILE *file, test_format format, const char *name, bool colour);
void test_report_add(test_report *r, const test_outcome *o);
/* Writes the end and frees; `counts` NULL = the tests could not be run. */
void test_report_end(test_report *r, const rule_test_counts *counts);

#endif
