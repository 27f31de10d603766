/* The packs that are served. One is put up only when it was loaded aside, a plan of it could be made, and
 * its tests hold; what is wrong with it is kept beside the one that was good, which stays in use. Who
 * took a pack down keeps it as it was for as long as he needs it.
 *
 * Loading is slow and belongs into a worker's thread; looking and taking wait for nobody. */
#ifndef SERVE_SHELF_H
#define SERVE_SHELF_H

#include "../run/desk.h"

typedef struct shelf shelf;

/* A pack as it was put up. Never changes. */
typedef struct shelved {
  const pack *pack;
  desk *desk;               /* answers about single records */
  int64_t since;            /* UTC seconds */
  struct shelved_copy *own; /* the shelf's */
} shelved;

typedef struct shelf_options {
  const char *database;              /* of the desks; NULL = none */
  const char *rules;                 /* the folder whose folders are packs */
  const char *const *plugin_folders; /* for the samples that tests run */
  size_t plugin_folder_count;
  bool without_tests;
} shelf_options;

/* What became of a pack that was looked at again. */
typedef enum shelf_change {
  SHELF_SAME,   /* its files say what they said */
  SHELF_PUT_UP, /* new, or another one than before */
  SHELF_BROKEN, /* not put up; the one before stays */
  SHELF_MOVING, /* its files changed while they were looked at: look again */
  SHELF_GONE    /* its folder is gone: taken down */
} shelf_change;

shelf *shelf_new(const shelf_options *o);
void shelf_free(shelf *s); /* nobody has anything of it any more */

/* Looks at the folder of the name again and says what it found. `now`: UTC seconds, the moment of tests that
 * name none. Findings and failed tests are appended to `why` (one line each). One at a time. */
shelf_change shelf_look(shelf *s, const char *name, int64_t now, buffer *why);
/* The names in the rules folder, and those that are up but whose folder is gone; in order. */
size_t shelf_names(shelf *s, arena *a, const char ***out);

/* NULL: there is none of the name. Give each back. */
const shelved *shelf_take(shelf *s, const char *name);
void shelf_give(shelf *s, const shelved *taken);

/* How a pack stands; texts in the arena. */
typedef struct shelf_state {
  const char *name, *title, *title_zh, *hash;
  int64_t since;   /* put up; 0: none is */
  int64_t looked;  /* at last */
  bool broken;     /* what stands in the folder is not what is up */
  const char *why; /* lines; "" */
  size_t finding_count;
  const finding *findings; /* of what stands in the folder */
} shelf_state;

bool shelf_tell(shelf *s, arena *a, const char *name, shelf_state *out);

#endif
