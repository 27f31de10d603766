/* What spreadsheets and their people do to the cell of a table: full-width signs, TRUE, dates turned
 * around, thousands separators. What can mean one thing only is put right; the rest is told, with
 * what to write instead. It must never change what stands in quotes. */
#ifndef LANG_CELL_HABITS_H
#define LANG_CELL_HABITS_H

#include "../base/memory.h"

/* The cell in the notation's own signs: ，（）＜≤“” and the like, TRUE and FALSE. The cell itself if
 * there was nothing to do, else in the arena. */
const char *cell_plain(arena *a, const char *cell);
/* What is wrong with a cell of cell_plain and what to write, to follow `the cell "..." `; NULL: nothing. */
const char *cell_habit(arena *a, const char *cell);

#endif
