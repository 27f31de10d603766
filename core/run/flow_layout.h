/* Where the boxes of a picture of a flow stand, and how its arrows go round them: a layered drawing
 * (Sugiyama, Tagawa, Toda 1981) from top to bottom, group under group. Knows nothing of packs. The same
 * boxes and arrows give the same picture, always. */
#ifndef RUN_FLOW_LAYOUT_H
#define RUN_FLOW_LAYOUT_H

#include <stdbool.h>
#include <stddef.h>

#include "../base/memory.h"

typedef struct flow_point {
  double x, y;
} flow_point;

typedef struct flow_box {
  size_t group; /* boxes of a group stand below all of those with a smaller one */
  bool source;  /* it stands right above the first box that it leads to */
  double width, height;
  size_t layer;
  double x, y; /* its left upper corner */
} flow_box;

/* From one box to a later one: no way along the arrows leads back. */
typedef struct flow_arrow {
  size_t from, to;
  int mark; /* the caller's */
  size_t point_count;
  flow_point
      *points; /* from the lower edge of the one to the upper edge of the other, two a layer */
} flow_arrow;

typedef struct flow_band {
  double top, bottom; /* of a group; equal: it is empty */
} flow_band;

typedef struct flow_drawing {
  size_t box_count, arrow_count, group_count;
  flow_box *boxes;
  flow_arrow *arrows;
  flow_band *bands; /* group_count */
  double width, height;
} flow_drawing;

/* Takes out every arrow that is implied by others: from a to c where a leads to b, and b, over whatever,
 * to c. What remains keeps its order. */
void flow_reduce(flow_drawing *d);
/* Fills in everything but what is given: counts, group, source and size of boxes, ends of arrows. */
void flow_layout(arena *a, flow_drawing *d);

#endif
