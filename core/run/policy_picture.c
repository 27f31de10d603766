/* The picture of the flow: what is known of a customer, the steps, what a decision shows, and arrows for
 * who reads what, as SVG within the page. Fields that the same steps read share a box. */
#include <stdlib.h>
#include <string.h>

#include "../base/file.h"
#include "../base/text.h"
#include "policy_parts.h"

enum { NAMES_SHOWN = 8, LINE_COLUMNS = 25, LINE_HEIGHT = 15 };

/* What a box stands for. */
typedef struct shown {
  read_kind kind; /* FIELD, PARAM, PREVIOUS or STEP */
  size_t index;   /* of the step, parameter, previous value; of the first field */
  size_t name_count;
  const char **names;
  size_t line_count;
  const char **lines;
} shown;

typedef struct picture {
  policy *p;
  size_t fields, params, previous, steps, all;
  size_t *group; /* by step */
  size_t *boxes; /* by item of the whole graph: its box, SIZE_MAX = none */
  shown *shown;  /* by box */
  flow_drawing whole, drawn;
  const char **titles; /* by group */
} picture;

/* ---- the whole graph: items are fields, parameters, previous values, steps ---- */

static size_t item_of(const picture *x, read_kind kind, size_t index) {
  if (kind == READ_FIELD) return index;
  if (kind == READ_PARAM) return x->fields + index;
  if (kind == READ_PREVIOUS) return x->fields + x->params + index;
  return x->fields + x->params + x->previous + index;
}

static bool is_read(const picture *x, size_t step_number) {
  for (size_t i = 0; i < x->steps; i++)
    for (size_t k = 0; k < x->p->reads[i].count; k++)
      if (x->p->reads[i].items[k].kind == READ_STEP && x->p->reads[i].items[k].index == step_number)
        return true;
  return false;
}

/* Lists that no step reads stand at the end: codes come to them from everywhere. */
static bool stands_last(const picture *x, size_t step_number) {
  return x->p->pack->steps[step_number].kind == STEP_CODES && !is_read(x, step_number);
}

static void make_groups(picture *x) {
  const pack *k = x->p->pack;
  const char *file = NULL;
  size_t count = 0;
  bool last = false;
  x->group = arena_array(x->p->arena, x->steps + 1, sizeof *x->group);
  x->titles = arena_array(x->p->arena, x->steps + 2, sizeof *x->titles);
  for (size_t i = 0; i < x->steps; i++) {
    if (stands_last(x, i)) {
      last = true;
      continue;
    }
    if (!file || strcmp(file, k->steps[i].at.file) != 0) {
      file = k->steps[i].at.file;
      x->titles[count++] = doc_script(x->p, file);
    }
    x->group[i] = count - 1;
  }
  for (size_t i = 0; i < x->steps; i++)
    if (stands_last(x, i)) x->group[i] = count;
  if (last) x->titles[count++] = doc_say(x->p, P_SCRIPT_LISTS);
  x->whole.group_count = x->drawn.group_count = count;
}

static void add_arrow(picture *x, size_t from, size_t to, bool reason) {
  flow_drawing *d = &x->whole;
  for (size_t i = 0; i < d->arrow_count; i++)
    if (d->arrows[i].from == from && d->arrows[i].to == to) return;
  d->arrows = mem_grow(d->arrows, d->arrow_count + 1, sizeof *d->arrows);
  d->arrows[d->arrow_count++] = (flow_arrow){.from = from, .to = to, .mark = reason};
}

static void add_reads(picture *x, size_t number) {
  const policy_reads *list = &x->p->reads[number];
  const size_t me = item_of(x, READ_STEP, number);
  for (size_t i = 0; i < list->count; i++) {
    const policy_read *r = &list->items[i];
    const bool reason = r->kind == READ_CODES;
    if (reason && !stands_last(x, number) && r->index >= number) continue;
    add_arrow(x, item_of(x, r->kind, r->index), me, reason);
  }
}

static void make_whole(picture *x) {
  const pack *k = x->p->pack;
  for (size_t i = 0; i < x->steps; i++) add_reads(x, i);
  for (size_t i = 0; i < k->param_count; i++) {
    const char *total = k->params[i].total.text;
    const size_t made = total ? policy_step_making(x->p, total, SIZE_MAX) : SIZE_MAX;
    if (made != SIZE_MAX)
      add_arrow(x, item_of(x, READ_STEP, made), item_of(x, READ_PARAM, i), false);
  }
  x->whole.box_count = x->all;
  flow_reduce(&x->whole);
}

/* ---- the boxes ---- */

static bool has_arrow(const picture *x, size_t from, size_t to) {
  for (size_t i = 0; i < x->whole.arrow_count; i++)
    if (x->whole.arrows[i].from == from && x->whole.arrows[i].to == to) return true;
  return false;
}

static bool leads_anywhere(const picture *x, size_t item) {
  for (size_t i = 0; i < x->whole.arrow_count; i++)
    if (x->whole.arrows[i].from == item) return true;
  return false;
}

static bool same_readers(const picture *x, size_t a, size_t b) {
  for (size_t i = 0; i < x->all; i++)
    if (has_arrow(x, a, i) != has_arrow(x, b, i)) return false;
  return true;
}

static size_t first_group(const picture *x, size_t item) {
  size_t group = SIZE_MAX;
  const size_t steps = x->all - x->steps;
  for (size_t i = 0; i < x->steps; i++)
    if (has_arrow(x, item, steps + i) && x->group[i] < group) group = x->group[i];
  return group == SIZE_MAX ? 0 : group;
}

static shown *add_box(picture *x, size_t item, read_kind kind, size_t index) {
  flow_drawing *d = &x->drawn;
  const bool step_box = kind == READ_STEP;
  const size_t box = d->box_count++;
  x->boxes[item] = box;
  d->boxes[box] =
      (flow_box){.group = step_box ? x->group[index] : first_group(x, item), .source = !step_box};
  x->shown[box] = (shown){.kind = kind, .index = index};
  x->shown[box].names = arena_array(x->p->arena, x->fields + 1, sizeof(char *));
  return &x->shown[box];
}

static void add_fields(picture *x) {
  const schema *s = &x->p->pack->schema;
  for (size_t i = 0; i < x->fields; i++) {
    if (x->boxes[i] != SIZE_MAX || !leads_anywhere(x, i)) continue;
    shown *b = add_box(x, i, READ_FIELD, i);
    b->names[b->name_count++] = s->fields[i].name;
    for (size_t k = i + 1; s->fields[i].type.kind != TYPE_LIST && k < x->fields; k++) {
      if (x->boxes[k] != SIZE_MAX || s->fields[k].type.kind == TYPE_LIST || !leads_anywhere(x, k) ||
          !same_readers(x, i, k))
        continue;
      x->boxes[k] = x->boxes[i];
      b->names[b->name_count++] = s->fields[k].name;
    }
  }
}

static void add_others(picture *x) {
  const policy *p = x->p;
  for (size_t i = 0; i < x->params; i++) {
    const size_t item = item_of(x, READ_PARAM, i);
    if (!leads_anywhere(x, item)) continue;
    shown *b = add_box(x, item, READ_PARAM, i);
    b->names[b->name_count++] = p->pack->params[i].name;
  }
  for (size_t i = 0; i < x->previous; i++) {
    const size_t item = item_of(x, READ_PREVIOUS, i);
    if (!leads_anywhere(x, item)) continue;
    shown *b = add_box(x, item, READ_PREVIOUS, i);
    b->names[b->name_count++] = p->plan->previous_values[i].output;
  }
  for (size_t i = 0; i < x->steps; i++)
    if (policy_step_counts(p, i)) {
      shown *b = add_box(x, item_of(x, READ_STEP, i), READ_STEP, i);
      b->names[b->name_count++] = p->pack->steps[i].name;
    }
}

/* ---- what stands in a box ---- */

static void add_line(picture *x, shown *b, const char *text) {
  if (!b->lines) b->lines = arena_array(x->p->arena, x->fields + x->steps + 4, sizeof(char *));
  b->lines[b->line_count++] = text;
}

/* Names one after the other, in lines of a few words. */
static void add_names(picture *x, shown *b, const char *const *names, size_t count,
                      const char *before) {
  const char *line = before;
  for (size_t i = 0; i < count; i++) {
    const bool more = i == NAMES_SHOWN && count > NAMES_SHOWN + 1;
    const char *name = more ? arena_format(x->p->arena, "… + %zu", count - i) : names[i];
    const size_t width = text_width(line, strlen(line)) + text_width(name, strlen(name)) + 2;
    if (*line && i && width > LINE_COLUMNS) {
      add_line(x, b, arena_format(x->p->arena, "%s,", line));
      line = "";
    }
    line = arena_format(x->p->arena, "%s%s%s", line, i && *line ? ", " : "", name);
    if (more) break;
  }
  if (*line) add_line(x, b, line);
}

/* Outputs that the step makes. */
static void add_outputs(picture *x, shown *b) {
  const policy *p = x->p;
  const char **names = arena_array(p->arena, p->plan->result_count + 1, sizeof *names);
  size_t count = 0;
  for (size_t i = 0; i < p->pack->output_count; i++) {
    const char *name = p->pack->outputs[i].name;
    if (policy_step_making(p, name, SIZE_MAX) == b->index) names[count++] = name;
  }
  if (count) add_names(x, b, names, count, "→ ");
}

static void fill_box(picture *x, size_t box) {
  shown *b = &x->shown[box];
  flow_box *f = &x->drawn.boxes[box];
  const policy *p = x->p;
  size_t columns = 0;
  if (b->kind == READ_STEP) {
    add_line(x, b, b->names[0]);
    add_line(x, b, doc_say(p, policy_kind(&p->pack->steps[b->index])));
    add_outputs(x, b);
  } else {
    add_names(x, b, b->names, b->name_count, "");
    if (b->kind == READ_PREVIOUS) add_line(x, b, doc_say(p, P_PREVIOUS));
    if (b->kind == READ_PARAM) add_line(x, b, doc_say(p, P_PARAM));
    if (b->kind == READ_FIELD && p->pack->schema.fields[b->index].type.kind == TYPE_LIST)
      add_line(x, b, doc_say(p, P_TYPE_LIST));
  }
  for (size_t i = 0; i < b->line_count; i++) {
    const size_t n = text_width(b->lines[i], strlen(b->lines[i]));
    if (n > columns) columns = n;
  }
  f->width = 6.8 * (double)(columns < 12 ? 12 : columns) + 18;
  f->height = LINE_HEIGHT * (double)b->line_count + 10;
}

static void make_drawn(picture *x) {
  flow_drawing *d = &x->drawn;
  x->boxes = arena_array(x->p->arena, x->all + 1, sizeof *x->boxes);
  x->shown = arena_array(x->p->arena, x->all + 1, sizeof *x->shown);
  d->boxes = arena_array(x->p->arena, x->all + 1, sizeof *d->boxes);
  d->arrows = arena_array(x->p->arena, x->whole.arrow_count + 1, sizeof *d->arrows);
  for (size_t i = 0; i < x->all; i++) x->boxes[i] = SIZE_MAX;
  add_fields(x);
  add_others(x);
  for (size_t i = 0; i < d->box_count; i++) fill_box(x, i);
  for (size_t i = 0; i < x->whole.arrow_count; i++) {
    const flow_arrow *a = &x->whole.arrows[i];
    const size_t from = x->boxes[a->from], to = x->boxes[a->to];
    bool known = from == SIZE_MAX || to == SIZE_MAX;
    for (size_t k = 0; k < d->arrow_count; k++)
      known = known || (d->arrows[k].from == from && d->arrows[k].to == to);
    if (!known) d->arrows[d->arrow_count++] = (flow_arrow){.from = from, .to = to, .mark = a->mark};
  }
  flow_layout(x->p->arena, d);
}

/* ---- drawing ---- */

static void put_bands(picture *x) {
  const flow_drawing *d = &x->drawn;
  for (size_t i = 0; i < d->group_count; i++) {
    const flow_band *b = &d->bands[i];
    if (b->bottom <= b->top) continue;
    doc_putf(x->p,
             "<rect class=\"band\" x=\"1\" y=\"%.1f\" width=\"%.1f\" height=\"%.1f\" rx=\"8\"/>"
             "<text class=\"band-title\" x=\"14\" y=\"%.1f\">%s</text>\n",
             b->top, d->width - 2, b->bottom - b->top, b->top + 19, x->titles[i]);
  }
}

static void put_arrows(picture *x) {
  const flow_drawing *d = &x->drawn;
  for (size_t i = 0; i < d->arrow_count; i++) {
    const flow_arrow *a = &d->arrows[i];
    if (!a->point_count) continue;
    doc_putf(x->p, "<path class=\"%s\" marker-end=\"url(#tip)\" d=\"M%.1f,%.1f",
             a->mark ? "arrow codes" : "arrow", a->points[0].x, a->points[0].y);
    for (size_t k = 1; k < a->point_count; k++) {
      const flow_point from = a->points[k - 1], to = a->points[k];
      const double middle = (from.y + to.y) / 2;
      if (from.x == to.x)
        doc_putf(x->p, "L%.1f,%.1f", to.x, to.y);
      else
        doc_putf(x->p, "C%.1f,%.1f %.1f,%.1f %.1f,%.1f", from.x, middle, to.x, middle, to.x, to.y);
    }
    doc_put(x->p, "\"/>\n");
  }
}

static const char *anchor_of(const picture *x, const shown *b) {
  arena *a = x->p->arena;
  if (b->kind == READ_STEP) return arena_format(a, "step-%zu", b->index + 1);
  if (b->kind == READ_FIELD) return arena_format(a, "field-%s", doc_escape(x->p, b->names[0]));
  if (b->kind == READ_PARAM) return arena_format(a, "param-%s", doc_escape(x->p, b->names[0]));
  return "outputs";
}

static void put_box(picture *x, size_t number) {
  const flow_box *f = &x->drawn.boxes[number];
  const shown *b = &x->shown[number];
  const bool made = b->kind == READ_STEP, output = made && b->line_count > 2;
  doc_putf(x->p,
           "<a href=\"#%s\"><rect class=\"%s\" x=\"%.1f\" y=\"%.1f\" width=\"%.1f\" "
           "height=\"%.1f\" rx=\"%d\"/>",
           anchor_of(x, b),
           !made    ? "box known"
           : output ? "box out"
                    : "box",
           f->x, f->y, f->width, f->height, made ? 4 : 12);
  for (size_t i = 0; i < b->line_count; i++)
    doc_putf(x->p, "<text class=\"%s\" x=\"%.1f\" y=\"%.1f\">%s</text>",
             made && i == 0   ? "name"
             : made && i == 1 ? "kind"
             : made           ? "outs"
                              : "data",
             f->x + f->width / 2, f->y + 18 + LINE_HEIGHT * (double)i,
             doc_escape(x->p, b->lines[i]));
  doc_put(x->p, "</a>\n");
}

static void put_svg(picture *x) {
  const flow_drawing *d = &x->drawn;
  doc_putf(
      x->p,
      "<div class=\"flow\"><svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 %.0f %.0f\" "
      "width=\"%.0f\" role=\"group\" aria-label=\"%s\">\n<defs><marker id=\"tip\" "
      "viewBox=\"0 0 8 8\" refX=\"7\" refY=\"4\" markerWidth=\"7\" markerHeight=\"7\" "
      "orient=\"auto\"><path class=\"tip\" d=\"M0,0.5 L8,4 L0,7.5 z\"/></marker></defs>\n",
      d->width, d->height + 2, d->width, doc_say(x->p, P_FLOW));
  put_bands(x);
  put_arrows(x);
  for (size_t i = 0; i < d->box_count; i++) put_box(x, i);
  doc_put(x->p, "</svg></div>\n");
}

void policy_picture(policy *p) {
  picture x = {.p = p,
               .fields = p->pack->schema.count,
               .params = p->pack->param_count,
               .previous = p->plan->previous_count,
               .steps = p->pack->step_count};
  x.all = x.fields + x.params + x.previous + x.steps;
  doc_heading(p, "flow", doc_say(p, P_FLOW));
  doc_paragraph(p, "off", doc_say(p, P_FLOW_TEXT));
  if (!x.steps) return;
  make_groups(&x);
  make_whole(&x);
  make_drawn(&x);
  put_svg(&x);
  free(x.whole.arrows);
}
