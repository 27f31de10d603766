/* Findings as people and programs read them: lines of text, JSON, and SARIF 2.1.0, which code hosts and
 * editors show beside the line. A list is told as it stands; nothing here decides what is found. */
#ifndef CLI_FINDING_REPORT_H
#define CLI_FINDING_REPORT_H

#include <stdio.h>

#include "../base/error.h"
#include "../base/memory.h"

typedef struct finding_report {
  const char *pack;     /* its name */
  const char *hash;     /* NULL: it did not load */
  const char *as_of;    /* the moment that it was checked for */
  const findings *list; /* with those that are waived */
} finding_report;

/* "file:line: warning: what is wrong [kind]", and below it the witness, the fix, and the waiver. */
void finding_print(FILE *to, const finding *f);
/* {"pack", "hash", "version", "as_of", "summary": {"errors", "warnings", "waived"}, "findings": [{"id",
 * "severity", "file", "line", "message", "witness", "fix", "waived": {"because"} or null}]} */
void finding_report_json(buffer *out, const finding_report *r);
/* One run of the tool assay; every kind is a rule, and so is "mistake". Files below the working folder are
 * named relative to it, a finding that is waived is suppressed in source, and fingerprints stay the
 * same where lines only move. */
void finding_report_sarif(buffer *out, const finding_report *r);

/* The kinds that can be told apart, with what they mean and what to do. */
void finding_kinds_text(buffer *out);
void finding_kinds_json(buffer *out);

#endif
