/* See region.h. GLib reads the database; it tells the offset of a moment, and the rest is searched for
 * with that, for it does not tell when an offset begins. */
#include "region.h"

#include <glib.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "date.h"
#include "file.h"
#include "text.h"

#define NAME_MOST 64
#define DATABASE "/usr/share/zoneinfo"
#define LIST_MOST (4u << 20) /* bytes of the list of names */

/* No clock has ever been further from UTC (Manila, until 1844: -15:56), nor been set back further than
 * by a day and a bit. */
#define OFFSET_MOST (16 * 3600)
#define BACK_MOST (27 * 3600)

struct region {
  GTimeZone *zone; /* NULL: a fixed offset */
  int32_t offset;
  char name[NAME_MOST];
};

/* ---- names ---- */

static const char *database(void) {
  const char *folder = getenv("TZDIR");
  return folder && *folder ? folder : DATABASE;
}

/* A path below the database that stays there, and neither of its two copies of itself. */
static bool name_fine(const char *name) {
  static const char letters[] =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_+-/";
  const size_t n = strlen(name);
  return n > 0 && n < NAME_MOST && strspn(name, letters) == n && g_ascii_isalpha(name[0]) &&
         !strstr(name, "//") && name[n - 1] != '/' && strncmp(name, "posix/", 6) != 0 &&
         strncmp(name, "right/", 6) != 0;
}

static bool name_exists(const char *name) {
  char path[4096], head[4] = "";
  if (!name_fine(name)) return false;
  const int n = snprintf(path, sizeof path, "%s/%s", database(), name);
  FILE *f = n < (int)sizeof path ? fopen(path, "rb") : NULL;
  if (!f) return false;
  const bool compiled = fread(head, 1, 4, f) == 4 && memcmp(head, "TZif", 4) == 0;
  fclose(f);
  return compiled;
}

/* All names of the database: of its zones (Z name ...) and of their other names (L zone name). */
static const char **list_names(arena *a, size_t *count) {
  size_t size = 0, room = 0;
  const char **names = NULL;
  char *next = file_read(a, arena_format(a, "%s/tzdata.zi", database()), LIST_MOST, &size);
  *count = 0;
  while (next && *next) {
    char *line = next, *end = line + strcspn(line, "\n");
    next = *end ? end + 1 : end;
    *end = 0;
    if (strncmp(line, "Z ", 2) != 0 && strncmp(line, "L ", 2) != 0) continue;
    char *name = line + 2;
    if (*line == 'L') name += strcspn(name, " ") + 1;
    name[strcspn(name, " ")] = 0;
    if (*count == room) names = mem_grow(names, room = room ? 2 * room : 512, sizeof *names);
    names[(*count)++] = name;
  }
  return names;
}

/* The zone whose city has this name: people leave the continent out. */
static const char *find_city(const char *city, const char *const *names, size_t count) {
  for (size_t i = 0; i < count; i++)
    if (g_ascii_strcasecmp(file_base_name(names[i]), city) == 0) return names[i];
  return NULL;
}

static const char *suggest(arena *a, const char *name) {
  const char *city = file_base_name(name);
  size_t count;
  if (g_ascii_strcasecmp(city, "Beijing") == 0 || g_ascii_strcasecmp(city, "Peking") == 0)
    return "Asia/Shanghai";
  const char **names = list_names(a, &count);
  const char *near = count ? find_city(city, names, count) : NULL;
  if (!near && count) near = text_suggest(name, names, count);
  free(names);
  return near;
}

static error_code unknown(const char *name, error *e) {
  arena a = {0};
  buffer shown = {0};
  text_printable(&shown, name, strlen(name), NAME_MOST);
  buffer_char(&shown, 0);
  const char *near = suggest(&a, shown.data);
  if (near)
    error_set(e, ERR_NOT_FOUND, "there is no time zone \"%s\"; did you mean %s?", shown.data, near);
  else
    error_set(e, ERR_NOT_FOUND,
              "there is no time zone \"%s\"; write a name such as \"Asia/Shanghai\" or "
              "\"Europe/Berlin\", or hours east of UTC such as \"+08:00\"",
              shown.data);
  buffer_deinit(&shown);
  arena_deinit(&a);
  return ERR_NOT_FOUND;
}

error_code region_open(const char *name, region **out, error *e) {
  zone fixed;
  GTimeZone *found = NULL;
  const bool is_fixed = zone_parse(name, &fixed);
  if (!is_fixed && access(database(), R_OK) != 0)
    return error_set(e, ERR_INTERNAL,
                     "%s cannot be read: the database of time zones is not there (Debian's package "
                     "tzdata)",
                     database());
  if (!is_fixed && name_exists(name)) found = g_time_zone_new_identifier(name);
  if (!is_fixed && !found) return unknown(name, e);
  region *r = mem_alloc(sizeof *r);
  *r = (region){.zone = found, .offset = is_fixed ? fixed.offset : 0};
  snprintf(r->name, sizeof r->name, "%s", name);
  *out = r;
  return ERR_OK;
}

void region_close(region *r) {
  if (!r) return;
  if (r->zone) g_time_zone_unref(r->zone);
  free(r);
}

const char *region_name(const region *r) {
  return r->name;
}

/* ---- moments and local times ---- */

/* The number of the stretch of time, of one offset throughout, in which the moment lies. */
static int stretch(const region *r, int64_t moment) {
  return r->zone ? g_time_zone_find_interval(r->zone, G_TIME_TYPE_UNIVERSAL, moment) : 0;
}

static int32_t offset_of(const region *r, int number) {
  return r->zone ? g_time_zone_get_offset(r->zone, number) : r->offset;
}

int32_t region_offset(const region *r, int64_t moment) {
  return offset_of(r, stretch(r, moment));
}

int64_t region_local(const region *r, int64_t moment) {
  return moment + region_offset(r, moment);
}

/* The first moment in (from, until] that lies in another stretch than `from`; they must differ. */
static int64_t stretch_end(const region *r, int64_t from, int64_t until) {
  const int number = stretch(r, from);
  while (until - from > 1) {
    const int64_t middle = from + (until - from) / 2;
    if (stretch(r, middle) == number)
      from = middle;
    else
      until = middle;
  }
  return until;
}

bool region_change(const region *r, int64_t from, int64_t until, int64_t *out) {
  while (from < until && stretch(r, from) != stretch(r, until)) {
    const int32_t before = region_offset(r, from);
    from = stretch_end(r, from, until);
    *out = from;
    if (region_offset(r, from) != before) return true;
  }
  return false;
}

int64_t region_shown(const region *r, int64_t moment) {
  int64_t from = moment - BACK_MOST, end, latest = region_local(r, moment);
  while (region_change(r, from, moment, &end)) {
    const int64_t last = region_local(r, end - 1);
    if (last > latest) latest = last;
    from = end;
  }
  return latest;
}

/* Whether the clock shows the local time at a moment in (from, until]. */
static bool shown_within(const region *r, int64_t local, int64_t from, int64_t until) {
  int64_t end;
  while (region_change(r, from, until, &end)) {
    const int64_t at = local - region_offset(r, end);
    if (at >= end && at <= until && region_local(r, at) == local) return true;
    from = end;
  }
  return false;
}

int64_t region_reached(const region *r, int64_t local, local_kind *kind) {
  const int64_t until = local + OFFSET_MOST;
  int64_t from = local - OFFSET_MOST, at, end;
  const bool steady = stretch(r, from) == stretch(r, until);
  for (;;) {
    at = local - region_offset(r, from);
    if (at < from) at = from;
    if (steady || !region_change(r, from, until, &end) || at < end) break;
    from = end;
  }
  if (!kind) return at;
  *kind = LOCAL_ONCE;
  if (steady) return at;
  if (region_local(r, at) != local)
    *kind = LOCAL_SKIPPED;
  else if (shown_within(r, local, at, until + BACK_MOST))
    *kind = LOCAL_TWICE;
  return at;
}

size_t region_write(char *out, const region *r, int64_t moment) {
  return moment_write(out, moment, (zone){region_offset(r, moment)});
}
