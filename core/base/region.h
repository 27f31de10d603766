/* Time zones with their summer times, by name, from the machine's database (tzdata); and fixed offsets.
 *
 * A local time is what the clock on the wall shows, as seconds from 1970-01-01T00:00:00 on that clock;
 * a moment is UTC seconds. For what comes round by the calendar (schedules). Never for grading: a
 * decision must not change with the machine's tzdata, so packs count their days in a fixed zone. */
#ifndef BASE_REGION_H
#define BASE_REGION_H

#include <stdbool.h>
#include "error.h"
#include "memory.h"

/* May be read by any number of threads. */
typedef struct region region;

/* "Asia/Shanghai", or an offset as zone_parse reads it: "+08:00", "Z". ERR_NOT_FOUND says what is wrong
 * with the name and what may have been meant; ERR_INTERNAL that there is no database. */
error_code region_open(const char *name, region **out, error *e);
void region_close(region *r);
const char *region_name(const region *r);

int32_t region_offset(const region *r, int64_t moment); /* seconds east of UTC */
int64_t region_local(const region *r, int64_t moment);
/* The latest local time that the clock has shown up to the moment: later than what it shows now for as
 * long as it repeats what it has shown before. */
int64_t region_shown(const region *r, int64_t moment);

/* How often the clock shows a local time. */
typedef enum local_kind { LOCAL_ONCE, LOCAL_SKIPPED, LOCAL_TWICE } local_kind;
/* The first moment at which the clock shows the local time or a later one: if it shows it twice, the
 * first time; if it is skipped, the first moment after the gap. `kind` may be NULL. */
int64_t region_reached(const region *r, int64_t local, local_kind *kind);
/* The first moment in (from, until] from which the clock goes otherwise. False: there is none. */
bool region_change(const region *r, int64_t from, int64_t until, int64_t *out);

/* Writes YYYY-MM-DDTHH:MM:SS±HH:MM (25), no NUL. Years 1-9999. */
size_t region_write(char *out, const region *r, int64_t moment);

#endif
