/* Conditions that come out the same for every record, in whole or in part. One that reads a parameter
 * is left alone: another run may set it otherwise. */
#include <string.h>

#include "check_parts.h"

static bool is_comparison(const node *n) {
  return node_is_comparison(n->kind) || n->kind == NODE_IN;
}

static bool is_single(unsigned truth) {
  return truth == MAYBE_TRUE || truth == MAYBE_FALSE || truth == MAYBE_UNKNOWN;
}

/* ---- why ---- */

/* What the part can be, if that says something. */
static void show_part(const check *c, buffer *out, const char *text, const node *n) {
  const possible p = possible_of(&c->world, n);
  if (n->kind == NODE_CONSTANT || n->offset < 0) return;
  buffer_format(out, "%s%.*s ", out->size ? ", and " : "", n->length, text + n->offset);
  possible_show(out, n->type, &p, c->pack->zone);
}

static const char *reason_of(check *c, const formula *f, const node *n) {
  buffer out = {0};
  size_t count = !is_comparison(n) ? 0 : n->kind == NODE_IN ? 1 : n->child_count;
  for (size_t i = 0; i < count; i++) show_part(c, &out, f->text, n->children[i]);
  return check_keep(c, &out);
}

/* ---- telling ---- */

static void tell(check *c, const formula *f, const node *n, place at, const char *what,
                 unsigned truth) {
  bool part = n != f->tree;
  int length = part && n->offset >= 0 ? n->length : (int)strlen(f->text);
  const char *text = part && n->offset >= 0 ? f->text + n->offset : f->text;
  const char *why = reason_of(c, f, n);
  const char *come = truth == MAYBE_TRUE     ? "always true"
                     : truth == MAYBE_FALSE  ? "never true"
                     : truth & MAYBE_TRUE    ? "the same for all"
                     : truth & MAYBE_UNKNOWN ? "never true"
                                             : "never reached";
  check_tell(c, "constant-condition", at, NULL,
             truth == MAYBE_TRUE ? "leave the condition out, or mend it"
                                 : "mend the condition, or leave out what depends on it",
             "%s\"%.*s\" is %s%s%s", what, length, text, come, *why ? ": " : "", why);
}

/* The outermost part that comes out one way alone; NULL: none. */
static const node *find_part(const check *c, const node *n, unsigned *truth) {
  if (is_comparison(n)) {
    *truth = possible_truth(&c->world, n);
    if (is_single(*truth)) return n;
  }
  for (size_t i = n->kind == NODE_IN ? n->child_count : 0; i < n->child_count; i++) {
    const node *found = find_part(c, n->children[i], truth);
    if (found) return found;
  }
  return NULL;
}

static bool is_left_alone(const check *c, const formula *f) {
  return !f->text || f->tree->kind == NODE_CONSTANT || check_names_param(c, f->text);
}

unsigned check_condition(check *c, const formula *f, place at, const char *what) {
  unsigned part_truth = 0;
  if (!f) return MAYBE_TRUE;
  unsigned truth = possible_truth(&c->world, f->tree);
  if (check_names_param(c, f->text)) return MAYBE_TRUE | MAYBE_FALSE | MAYBE_UNKNOWN;
  if (is_left_alone(c, f)) return truth;
  if (truth == MAYBE_TRUE || !(truth & MAYBE_TRUE)) {
    const node *part = find_part(c, f->tree, &part_truth);
    tell(c, f, part && f->tree->kind != NODE_OR ? part : f->tree, at, what,
         part && f->tree->kind != NODE_OR ? part_truth : truth);
    return truth;
  }
  check_formula(c, f, at);
  return truth;
}

void check_formula(check *c, const formula *f, place at) {
  unsigned truth = 0;
  if (!f || is_left_alone(c, f)) return;
  const node *part = find_part(c, f->tree, &truth);
  if (part) tell(c, f, part, at, part == f->tree ? "" : "a part of the formula, ", truth);
}
