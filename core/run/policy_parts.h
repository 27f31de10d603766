/* What the files that write the page of a policy share; nothing else includes it. A "fragment" is HTML
 * in the page's arena. */
#ifndef RUN_POLICY_PARTS_H
#define RUN_POLICY_PARTS_H

#include "../eval/build.h"
#include "../eval/trace.h"
#include "flow_layout.h"
#include "html_page.h"
#include "policy.h"
#include "policy_words.h"

/* ---- what a step reads: policy_reads.c ---- */

typedef enum read_kind {
  READ_FIELD,    /* index in the schema; lists as well */
  READ_PARAM,    /* index in pack->params */
  READ_PREVIOUS, /* index in plan->previous_values */
  READ_STEP,     /* index in pack->steps: what it makes */
  READ_CODES     /* the same: codes that it gives */
} read_kind;

typedef struct policy_read {
  read_kind kind;
  size_t index;
  const char *name; /* of what is read; NULL: codes */
} policy_read;

typedef struct policy_reads {
  size_t count, capacity;
  policy_read *items;
} policy_reads;

typedef struct policy {
  buffer *out;
  arena *arena;
  const policy_options *o;
  const pack *pack;
  const plan *plan;
  bool chinese;
  policy_reads *reads;  /* by step */
  size_t step;          /* at hand; those above it are what its formulas read */
  const schema *record; /* of the list whose records the formula at hand reads, or NULL */
} policy;

/* In the order in which they are met. */
void policy_read_all(policy *p);
void policy_reads_free(policy *p);
/* Every text of the step that the notation reads. */
void policy_each_text(const step *s, void (*each)(void *ctx, const rule_text *t), void *ctx);
/* Every code that the step gives itself; a list of codes gives none. */
void policy_each_code(const step *s, void (*each)(void *ctx, const char *code), void *ctx);
/* Whether the step is part of the plan: another version of a table is not. */
bool policy_step_counts(const policy *p, size_t number);

/* ---- writing: policy_text.c ---- */

const char *doc_say(const policy *p, policy_word w);
void doc_put(policy *p, const char *html); /* as it is */
void doc_putf(policy *p, const char *format, ...) __attribute__((format(printf, 2, 3)));
void doc_text(policy *p, const char *text); /* escaped; NULL is nothing */
void doc_word(policy *p, policy_word w);
/* A word with fragments in place of its %s. */
const char *doc_sayf(const policy *p, policy_word w, ...);
void doc_put_sayf(policy *p, policy_word w, ...);
const char *doc_escape(const policy *p, const char *text); /* a fragment */
/* The head of a table, up to <tbody>; the words end with POLICY_WORD_COUNT, NO_COLUMN is skipped. */
#define NO_COLUMN (-1)
void doc_head(policy *p, ...);
void doc_cell(policy *p, const char *fragment); /* <td>...</td>; NULL: empty */
void doc_number_cell(policy *p, const char *fragment);
void doc_paragraph(policy *p, const char *class, const char *fragment);
/* A row of two cells, the first a heading. */
void doc_fact(policy *p, policy_word name, const char *fragment);
/* <h2> with an anchor. */
void doc_heading(policy *p, const char *anchor, const char *fragment);
/* A reason code, linked with what it means; "" for NULL. */
const char *doc_code(const policy *p, const char *code);
const char *doc_codes(const policy *p, size_t count, const char *const *codes);
const char *doc_type(const policy *p, value_type t); /* without the words of a choice */
const char *doc_period(const policy *p, const pack_period *period);
const char *doc_date(const policy *p, int64_t day);
const char *doc_time(const policy *p, int32_t seconds); /* 09:00 */
const char *doc_place(const policy *p, place at);       /* classification.lua:12 */
/* The remarks of the author: the lines of remark right above, and the one behind on the same line.
 * NULL: there is none. */
const char *doc_remark_above(const policy *p, place at);
const char *doc_remark_behind(const policy *p, place at);
/* The remark with which a script begins, unless it belongs to the first declaration. */
const char *doc_remark_of_script(const policy *p, const char *file);

/* ---- formulas: policy_formula.c ---- */

/* A formula in the form in which people write it, with a link behind every name. */
const char *doc_formula(const policy *p, const char *text);
/* A unary test: "≥ 50 and < 200", "any". */
const char *doc_test(const policy *p, const char *text);
/* A cell of an output. */
const char *doc_value(const policy *p, const char *text);
/* A value of a record: a number with its thousands apart, yes, no, or the text as it is. */
const char *doc_datum(const policy *p, const char *text);
/* The text of a code: {value} and the like set apart. */
const char *doc_template(const policy *p, const char *text);
/* A name that the step at hand reads, linked. */
const char *doc_name(const policy *p, const char *name);
/* A step by its number: a link with its name. */
const char *doc_step_link(const policy *p, size_t number);

/* ---- sections ---- */

void policy_head(policy *p); /* policy_company.c */
void policy_approval(policy *p);
void policy_fields(policy *p); /* policy_fields.c */
void policy_params(policy *p);
void policy_outputs(policy *p);
void policy_reasons(policy *p); /* policy_reasons.c */
void policy_findings(policy *p);
void policy_tests(policy *p);               /* policy_tests.c */
void policy_picture(policy *p);             /* policy_picture.c */
void policy_step(policy *p, size_t number); /* policy_step.c */
policy_word policy_kind(const step *s);

/* One for each form of step. */
void doc_derive(policy *p, const derive_step *d);
void doc_aggregate(policy *p, const aggregate_step *d);
void doc_ageing(policy *p, const step *s);
void doc_scorecard(policy *p, const scorecard_step *d);
void doc_bands(policy *p, const bands_step *d);
void doc_adjust(policy *p, const step *s);
void doc_worst(policy *p, const step *s);
void doc_steady(policy *p, const step *s);
void doc_total(policy *p, const total_step *d);
void doc_quantiles(policy *p, const quantiles_step *d);
void doc_table(policy *p, const step *s);
void doc_cadence(policy *p, const step *s);
void doc_smooth(policy *p, const smooth_step *d);
void doc_limit(policy *p, const limit_step *d);
void doc_list(policy *p, const codes_step *d);
void doc_lua(policy *p, const step *s);

/* What a group of steps is called: that of its script, by a place in it. */
const char *doc_script(const policy *p, const char *file);
/* The last step that makes the name and stands above `below`; SIZE_MAX: none does. */
size_t policy_step_making(const policy *p, const char *name, size_t below);

#endif
