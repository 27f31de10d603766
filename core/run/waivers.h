/* Waivers: what an admin has looked at and lets stand, said beside the line and with the reason.
 *
 *   -- check: allow gap because the desk takes the others by hand      in a script
 *   check: allow masked-row because 保留旧条款，七月删除               in the note of a row
 *
 * A comment behind the line's own text is for that line; one that has the line for itself is for the
 * comment lines below it and the line that follows them. Several kinds are parted by commas; a comment line
 * that is indented further goes on with the reason. A note is for the row that it stands in, the header
 * of a column of remarks (# check: allow ...) for the header's row.
 *
 * Warnings can be waived, mistakes never; nor can what is wrong about a waiver itself. */
#ifndef RUN_WAIVERS_H
#define RUN_WAIVERS_H

#include "../lang/pack.h"

typedef struct waiver {
  place at;            /* where it stands */
  int from, to;        /* the lines that it is for */
  const char *id;      /* the kind of finding, as written; "" = none was written */
  const char *because; /* NULL = it does not say */
  const char *word;    /* what stands for `allow` if that is misspelt; else NULL */
  bool used;           /* it waived something */
} waiver;

typedef struct waivers {
  size_t count;
  waiver *items;
} waivers;

/* Those of a script, of a spreadsheet's columns `note` and `# ...`, of one note; in the arena, but for
 * the name of the file. */
void waivers_read_script(arena *a, const char *file, const char *text, size_t n, waivers *out);
void waivers_read_sheet(arena *a, const char *file, const char *text, size_t n, waivers *out);
void waivers_read_note(arena *a, const char *note, place at, waivers *out);

/* Marks what is waived in the files of the pack (NULL: it did not load; those that findings name). */
void waivers_apply(const pack *p, findings *list);
/* The same for everything that check finds, and adds what is wrong about the waivers: of no such kind,
 * without a reason, or, if there are no mistakes to be mended first, with nothing to waive. */
void waivers_judge(const pack *p, findings *list);

#endif
