/* See flow_layout.h. Layers by the longest way from above; an arrow over several layers has a place of
 * its own in each; the order within layers by barycentres; places by pulling everything towards what it
 * is connected with. */
#include "flow_layout.h"

#include <stdint.h>
#include <stdlib.h>

enum { SWEEPS = 16, PULLS = 240 };
static const double ROW_WIDTH = 980, GAP = 18, LANE = 12, BETWEEN = 30, MARGIN = 14, HEAD = 24;
static const size_t UNPLACED = SIZE_MAX;

/* ---- what is implied ---- */

void flow_reduce(flow_drawing *d) {
  const size_t n = d->box_count;
  bool *reaches = mem_array(n * n + 1, sizeof *reaches); /* over one arrow or more */
  for (size_t i = 0; i < d->arrow_count; i++)
    reaches[d->arrows[i].from * n + d->arrows[i].to] = true;
  for (size_t k = 0; k < n; k++)
    for (size_t i = 0; i < n; i++)
      for (size_t j = 0; reaches[i * n + k] && j < n; j++)
        if (reaches[k * n + j]) reaches[i * n + j] = true;
  bool *implied = mem_array(d->arrow_count + 1, sizeof *implied);
  for (size_t i = 0; i < d->arrow_count; i++)
    for (size_t k = 0; k < d->arrow_count; k++)
      if (d->arrows[k].from == d->arrows[i].from && d->arrows[k].to != d->arrows[i].to &&
          reaches[d->arrows[k].to * n + d->arrows[i].to])
        implied[i] = true;
  size_t kept = 0;
  for (size_t i = 0; i < d->arrow_count; i++)
    if (!implied[i]) d->arrows[kept++] = d->arrows[i];
  d->arrow_count = kept;
  free(implied);
  free(reaches);
}

/* ---- layers ---- */

typedef struct layering {
  flow_drawing *d;
  size_t base;  /* the first layer of the group at hand */
  double *used; /* by layer: the width of its boxes */
  size_t layers;
} layering;

static bool has_room(const layering *l, size_t layer, double width) {
  return l->used[layer] == 0 || l->used[layer] + width <= ROW_WIDTH;
}

static void place(layering *l, size_t box, size_t layer) {
  l->d->boxes[box].layer = layer;
  l->used[layer] += l->d->boxes[box].width + GAP;
  if (layer + 1 > l->layers) l->layers = layer + 1;
}

/* The first layer below all that lead to the box; UNPLACED if one of them has none yet. */
static size_t first_layer(const layering *l, size_t box) {
  size_t layer = l->base;
  for (size_t i = 0; i < l->d->arrow_count; i++) {
    const flow_arrow *x = &l->d->arrows[i];
    if (x->to != box) continue;
    const flow_box *from = &l->d->boxes[x->from];
    if (from->layer == UNPLACED) return UNPLACED;
    if (from->layer + 1 > layer) layer = from->layer + 1;
  }
  return layer;
}

/* One round over the group: places every box of it for which that can be said. */
static bool place_some(layering *l, size_t group) {
  bool any = false;
  for (size_t i = 0; i < l->d->box_count; i++) {
    const flow_box *b = &l->d->boxes[i];
    if (b->group != group || b->layer != UNPLACED) continue;
    size_t layer = first_layer(l, i);
    if (layer == UNPLACED) continue;
    while (!b->source && !has_room(l, layer, b->width)) layer++;
    if (b->source) {
      l->d->boxes[i].layer = layer; /* for now: sink_sources */
      if (layer + 1 > l->layers) l->layers = layer + 1;
    } else {
      place(l, i, layer);
    }
    any = true;
  }
  return any;
}

/* Sources go down to right above what they lead to, as far as there is room. */
static void sink_sources(layering *l, size_t group) {
  for (size_t i = 0; i < l->d->box_count; i++) {
    flow_box *b = &l->d->boxes[i];
    if (b->group != group || !b->source) continue;
    size_t below = UNPLACED;
    for (size_t k = 0; k < l->d->arrow_count; k++) {
      const flow_box *to = &l->d->boxes[l->d->arrows[k].to];
      if (l->d->arrows[k].from == i && to->layer < below) below = to->layer;
    }
    const size_t lowest = below == UNPLACED || below == 0 ? b->layer : below - 1;
    size_t layer = lowest;
    while (layer > b->layer && !has_room(l, layer, b->width)) layer--;
    if (!has_room(l, layer, b->width)) layer = lowest;
    place(l, i, layer);
  }
}

static void make_layers(layering *l) {
  for (size_t i = 0; i < l->d->box_count; i++) l->d->boxes[i].layer = UNPLACED;
  for (size_t group = 0; group < l->d->group_count; group++) {
    l->base = l->layers;
    while (place_some(l, group)) continue;
    sink_sources(l, group);
  }
  for (size_t i = 0; i < l->d->box_count; i++) /* only of arrows that lead back */
    if (l->d->boxes[i].layer == UNPLACED) place(l, i, l->layers ? l->layers - 1 : 0);
}

/* ---- places: the boxes of a layer, and the lanes of arrows through it ---- */

typedef struct spot {
  size_t box;  /* SIZE_MAX: a lane */
  size_t from; /* of a lane: the box whose arrows go there, */
  int mark;    /* and their mark */
  size_t layer;
  double width, centre, pull;
  size_t order; /* in its layer */
} spot;

typedef struct link {
  size_t above, below; /* spots of neighbouring layers */
} link;

typedef struct plane {
  flow_drawing *d;
  size_t layers, spot_count, link_count;
  spot *spots;
  link *links;
  size_t **ways; /* by arrow: its links, from above */
  size_t **rows; /* by layer: its spots from left to right */
  size_t *row_counts;
  double width;
} plane;

static size_t span_of(const flow_drawing *d, const flow_arrow *x) {
  const size_t from = d->boxes[x->from].layer, to = d->boxes[x->to].layer;
  return to > from ? to - from : 0;
}

/* Arrows of one box that go through the same layer share a lane, as a trunk its branches. */
static size_t lane_of(plane *p, size_t from, int mark, size_t layer) {
  for (size_t i = p->d->box_count; i < p->spot_count; i++)
    if (p->spots[i].from == from && p->spots[i].mark == mark && p->spots[i].layer == layer)
      return i;
  p->spots[p->spot_count] =
      (spot){.box = SIZE_MAX, .from = from, .mark = mark, .layer = layer, .width = LANE};
  return p->spot_count++;
}

static size_t link_of(plane *p, size_t above, size_t below) {
  for (size_t i = 0; i < p->link_count; i++)
    if (p->links[i].above == above && p->links[i].below == below) return i;
  p->links[p->link_count] = (link){above, below};
  return p->link_count++;
}

static void make_spots(arena *a, plane *p) {
  const flow_drawing *d = p->d;
  size_t most = d->box_count;
  for (size_t i = 0; i < d->arrow_count; i++) most += span_of(d, &d->arrows[i]);
  p->spots = arena_array(a, most + 1, sizeof *p->spots);
  p->links = arena_array(a, most + 1, sizeof *p->links);
  p->ways = arena_array(a, d->arrow_count + 1, sizeof *p->ways);
  for (size_t i = 0; i < d->box_count; i++)
    p->spots[p->spot_count++] =
        (spot){.box = i, .from = i, .layer = d->boxes[i].layer, .width = d->boxes[i].width + GAP};
  for (size_t i = 0; i < d->arrow_count; i++) {
    const flow_arrow *x = &d->arrows[i];
    size_t above = x->from;
    const size_t span = span_of(d, x);
    p->ways[i] = arena_array(a, span + 1, sizeof **p->ways);
    for (size_t k = 1; k <= span; k++) {
      const size_t below =
          k < span ? lane_of(p, x->from, x->mark, d->boxes[x->from].layer + k) : x->to;
      p->ways[i][k - 1] = link_of(p, above, below);
      above = below;
    }
  }
}

static void make_rows(arena *a, plane *p) {
  p->rows = arena_array(a, p->layers + 1, sizeof *p->rows);
  p->row_counts = arena_array(a, p->layers + 1, sizeof *p->row_counts);
  for (size_t i = 0; i < p->spot_count; i++) p->row_counts[p->spots[i].layer]++;
  for (size_t l = 0; l < p->layers; l++) {
    double width = 0;
    size_t n = 0;
    p->rows[l] = arena_array(a, p->row_counts[l] + 1, sizeof **p->rows);
    for (size_t i = 0; i < p->spot_count; i++) {
      if (p->spots[i].layer != l) continue;
      p->spots[i].order = n;
      p->rows[l][n++] = i;
      width += p->spots[i].width;
    }
    if (width > p->width) p->width = width;
  }
}

/* ---- order ---- */

/* The mean of what the spots of a layer are connected with in the layer above, or below. */
static void pull_orders(plane *p, size_t layer, bool down) {
  for (size_t i = 0; i < p->row_counts[layer]; i++) {
    const size_t me = p->rows[layer][i];
    double sum = 0, n = 0;
    for (size_t k = 0; k < p->link_count; k++) {
      const link *x = &p->links[k];
      if ((down ? x->below : x->above) != me) continue;
      sum += (double)p->spots[down ? x->above : x->below].order;
      n++;
    }
    p->spots[me].pull = n > 0 ? sum / n : (double)p->spots[me].order;
  }
}

static void sort_row(plane *p, size_t layer) {
  size_t *row = p->rows[layer];
  const size_t n = p->row_counts[layer];
  for (size_t i = 1; i < n; i++) {
    const size_t me = row[i];
    size_t at = i;
    for (; at > 0 && p->spots[row[at - 1]].pull > p->spots[me].pull; at--) row[at] = row[at - 1];
    row[at] = me;
  }
  for (size_t i = 0; i < n; i++) p->spots[row[i]].order = i;
}

static size_t crossings(const plane *p) {
  size_t n = 0;
  for (size_t i = 0; i < p->link_count; i++)
    for (size_t k = i + 1; k < p->link_count; k++) {
      const spot *a = &p->spots[p->links[i].above], *b = &p->spots[p->links[k].above];
      const spot *c = &p->spots[p->links[i].below], *e = &p->spots[p->links[k].below];
      if (a->layer == b->layer && c->layer == e->layer)
        n += (a->order < b->order && c->order > e->order) ||
             (a->order > b->order && c->order < e->order);
    }
  return n;
}

static void keep_order(const plane *p, size_t *kept) {
  for (size_t i = 0; i < p->spot_count; i++) kept[i] = p->spots[i].order;
}

static void make_order(arena *a, plane *p) {
  size_t *best = arena_array(a, p->spot_count + 1, sizeof *best);
  size_t fewest = crossings(p);
  keep_order(p, best);
  for (size_t sweep = 0; sweep < SWEEPS && fewest; sweep++) {
    const bool down = sweep % 2 == 0;
    for (size_t i = 1; i < p->layers; i++) {
      const size_t layer = down ? i : p->layers - 1 - i;
      pull_orders(p, layer, down);
      sort_row(p, layer);
    }
    const size_t now = crossings(p);
    if (now >= fewest) continue;
    fewest = now;
    keep_order(p, best);
  }
  for (size_t i = 0; i < p->spot_count; i++) {
    p->spots[i].order = best[i];
    p->rows[p->spots[i].layer][best[i]] = i;
  }
}

/* ---- from left to right ---- */

static void pull_centres(plane *p, size_t layer) {
  for (size_t i = 0; i < p->row_counts[layer]; i++) {
    spot *me = &p->spots[p->rows[layer][i]];
    double sum = 0, n = 0;
    for (size_t k = 0; k < p->link_count; k++) {
      const link *x = &p->links[k];
      if (&p->spots[x->below] != me && &p->spots[x->above] != me) continue;
      const spot *other = &p->spots[&p->spots[x->below] == me ? x->above : x->below];
      const double weight = me->box == SIZE_MAX && other->box == SIZE_MAX ? 8 : 1;
      sum += weight * other->centre;
      n += weight;
    }
    me->pull = n > 0 ? sum / n : me->centre;
  }
}

/* As near to where they are pulled as their widths allow: the mean of pushing to the right and of
 * pushing to the left, both of which keep them apart. */
static void settle_row(plane *p, size_t layer) {
  const size_t n = p->row_counts[layer], *row = p->rows[layer];
  double edge = -1e9;
  for (size_t i = 0; i < n; i++) {
    spot *s = &p->spots[row[i]];
    s->centre = s->pull - s->width / 2 < edge ? edge + s->width / 2 : s->pull;
    edge = s->centre + s->width / 2;
  }
  edge = 1e9;
  for (size_t i = n; i-- > 0;) {
    spot *s = &p->spots[row[i]];
    const double left = s->pull + s->width / 2 > edge ? edge - s->width / 2 : s->pull;
    edge = left - s->width / 2;
    s->centre = (s->centre + left) / 2;
  }
  edge = p->width;
  for (size_t i = n; i-- > 0;) {
    spot *s = &p->spots[row[i]];
    if (s->centre + s->width / 2 > edge) s->centre = edge - s->width / 2;
    edge = s->centre - s->width / 2;
  }
  edge = 0;
  for (size_t i = 0; i < n; i++) {
    spot *s = &p->spots[row[i]];
    if (s->centre - s->width / 2 < edge) s->centre = edge + s->width / 2;
    edge = s->centre + s->width / 2;
  }
}

static void make_centres(plane *p) {
  for (size_t l = 0; l < p->layers; l++) {
    double width = 0, at;
    for (size_t i = 0; i < p->row_counts[l]; i++) width += p->spots[p->rows[l][i]].width;
    at = (p->width - width) / 2;
    for (size_t i = 0; i < p->row_counts[l]; i++) {
      spot *s = &p->spots[p->rows[l][i]];
      s->centre = at + s->width / 2;
      at += s->width;
    }
  }
  for (size_t pull = 0; pull < PULLS; pull++)
    for (size_t i = 0; i < p->layers; i++) {
      const size_t layer = pull % 2 == 0 ? i : p->layers - 1 - i;
      pull_centres(p, layer);
      settle_row(p, layer);
    }
}

/* ---- from top to bottom ---- */

static void make_heights(arena *a, plane *p, double *tops, double *heights) {
  flow_drawing *d = p->d;
  size_t *group = arena_array(a, p->layers + 1, sizeof *group);
  double y = 0;
  for (size_t i = 0; i < d->box_count; i++) {
    const flow_box *b = &d->boxes[i];
    if (b->height > heights[b->layer]) heights[b->layer] = b->height;
    group[b->layer] = b->group;
  }
  for (size_t l = 0; l < p->layers; l++) {
    if (l == 0 || group[l] != group[l - 1]) {
      if (l) d->bands[group[l - 1]].bottom = y - BETWEEN + MARGIN, y += MARGIN;
      d->bands[group[l]].top = y;
      y += HEAD + MARGIN;
    }
    tops[l] = y;
    y += heights[l] + BETWEEN;
  }
  if (p->layers) d->bands[group[p->layers - 1]].bottom = y - BETWEEN + MARGIN;
  d->height = p->layers ? y - BETWEEN + MARGIN : 0;
  d->width = p->width + 2 * MARGIN;
  for (size_t i = 0; i < d->box_count; i++) {
    flow_box *b = &d->boxes[i];
    b->x = MARGIN + p->spots[i].centre - b->width / 2;
    b->y = tops[b->layer] + (heights[b->layer] - b->height) / 2;
  }
}

/* Where an arrow meets a box: side by side with the others there, in the order of where they go. */
static double port(const plane *p, size_t link_number, bool leaves) {
  const link *me = &p->links[link_number];
  const size_t box = leaves ? me->above : me->below;
  const spot *far = &p->spots[leaves ? me->below : me->above];
  const double width = p->spots[box].width - GAP;
  double before = 0, all = 0;
  for (size_t k = 0; k < p->link_count; k++) {
    const link *x = &p->links[k];
    if ((leaves ? x->above : x->below) != box) continue;
    const spot *other = &p->spots[leaves ? x->below : x->above];
    if (other->centre < far->centre || (other == far && k < link_number)) before++;
    all++;
  }
  double apart = all > 1 ? width * 0.7 / (all - 1) : 0;
  if (apart > 16) apart = 16;
  return MARGIN + p->spots[box].centre + (before - (all - 1) / 2) * apart;
}

static void make_points(arena *a, plane *p, const double *tops, const double *heights) {
  flow_drawing *d = p->d;
  for (size_t i = 0; i < d->arrow_count; i++) {
    flow_arrow *x = &d->arrows[i];
    const flow_box *from = &d->boxes[x->from], *to = &d->boxes[x->to];
    const size_t span = span_of(d, x);
    if (!span) continue;
    x->points = arena_array(a, 2 * span, sizeof *x->points);
    x->points[x->point_count++] =
        (flow_point){port(p, p->ways[i][0], true), from->y + from->height};
    for (size_t k = 1; k < span; k++) {
      const spot *lane = &p->spots[p->links[p->ways[i][k]].above];
      x->points[x->point_count++] = (flow_point){MARGIN + lane->centre, tops[lane->layer]};
      x->points[x->point_count++] =
          (flow_point){MARGIN + lane->centre, tops[lane->layer] + heights[lane->layer]};
    }
    x->points[x->point_count++] = (flow_point){port(p, p->ways[i][span - 1], false), to->y};
  }
}

void flow_layout(arena *a, flow_drawing *d) {
  layering l = {.d = d, .used = mem_array(4 * d->box_count + 4, sizeof(double))};
  plane p = {.d = d};
  d->bands = arena_array(a, d->group_count + 1, sizeof *d->bands);
  make_layers(&l);
  p.layers = l.layers;
  make_spots(a, &p);
  make_rows(a, &p);
  make_order(a, &p);
  make_centres(&p);
  double *tops = arena_array(a, p.layers + 1, sizeof *tops);
  double *heights = arena_array(a, p.layers + 1, sizeof *heights);
  make_heights(a, &p, tops, heights);
  make_points(a, &p, tops, heights);
  free(l.used);
}
