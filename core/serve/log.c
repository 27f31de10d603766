/* See log.h. */
#include "log.h"

#include <math.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>
#define XXH_INLINE_ALL
#include <xxhash.h>

#include "../base/date.h"
#include "../base/number.h"
#include "../base/text.h"

#define SLOTS 128      /* different lines, and events, that are counted at a time */
#define TEXT_MOST 2000 /* columns of one value */

/* A line, or an event, and how often it came in its window. */
typedef struct slot {
  uint64_t hash;
  int64_t since; /* ms */
  unsigned told, kept_back;
  log_level level;
  const char *event;
} slot;

struct logger {
  log_options o;
  pthread_mutex_t mutex;
  buffer body, line;
  slot lines[SLOTS], events[SLOTS];
};

static const char *const level_names[] = {[LEVEL_ERROR] = "error",
                                          [LEVEL_WARNING] = "warning",
                                          [LEVEL_NOTICE] = "notice",
                                          [LEVEL_INFO] = "info",
                                          [LEVEL_DEBUG] = "debug"};

const char *log_level_name(log_level level) {
  return level_names[level];
}

bool log_level_parse(const char *word, log_level *out) {
  for (int i = LEVEL_ERROR; i <= LEVEL_DEBUG; i++)
    if (!strcmp(level_names[i], word)) {
      *out = (log_level)i;
      return true;
    }
  return false;
}

bool log_is_journal(int file, const char *stream) {
  struct stat st;
  char *end = NULL;
  if (!stream || fstat(file, &st)) return false;
  const unsigned long long device = strtoull(stream, &end, 10);
  if (end == stream || *end != ':') return false;
  const char *from = end + 1;
  const unsigned long long inode = strtoull(from, &end, 10);
  return end != from && !*end && device == st.st_dev && inode == st.st_ino;
}

static int64_t system_now(void *ctx) {
  struct timespec t;
  (void)ctx;
  clock_gettime(CLOCK_REALTIME, &t);
  return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

logger *log_new(const log_options *o) {
  logger *l = mem_alloc(sizeof *l);
  l->o = *o;
  if (!l->o.repeats) l->o.repeats = 3;
  if (!l->o.most) l->o.most = 1000;
  if (!l->o.window) l->o.window = 30;
  if (!l->o.now) l->o.now = system_now;
  pthread_mutex_init(&l->mutex, NULL);
  return l;
}

/* ---- values ---- */

/* As it stands if it is one word, else quoted; never a control character. */
static void write_text_value(buffer *out, const char *text) {
  buffer shown = {0};
  text_printable(&shown, text, strlen(text), TEXT_MOST);
  bool plain = shown.size > 0;
  for (size_t i = 0; i < shown.size && plain; i++)
    plain = shown.data[i] != ' ' && shown.data[i] != '"' && shown.data[i] != '=';
  if (plain)
    buffer_add(out, shown.data, shown.size);
  else
    text_json(out, shown.data ? shown.data : "", shown.size);
  buffer_deinit(&shown);
}

static void write_number_value(buffer *out, double value) {
  char text[48];
  if (isfinite(value))
    buffer_add(out, text, number_write(text, value));
  else
    buffer_text(out, "null");
}

static void write_value(buffer *out, log_form form, const log_field *f) {
  switch (f->kind) {
  case LOG_KIND_INTEGER:
    buffer_format(out, "%lld", (long long)f->integer);
    break;
  case LOG_KIND_NUMBER:
    write_number_value(out, f->number);
    break;
  case LOG_KIND_FLAG:
    buffer_text(out, f->integer ? "true" : "false");
    break;
  case LOG_KIND_TEXT:
  case LOG_KIND_SECRET:
    if (form == LOG_FORM_JSON)
      text_json(out, f->text, strlen(f->text));
    else
      write_text_value(out, f->text);
  }
}

static void write_fields(buffer *out, log_form form, const log_field *fields, size_t count) {
  for (size_t i = 0; i < count; i++) {
    const log_field *f = &fields[i];
    const bool texts = f->kind == LOG_KIND_TEXT || f->kind == LOG_KIND_SECRET;
    if (!f->name || (texts && !f->text)) continue;
    buffer_format(out, form == LOG_FORM_JSON ? ",\"%s\":" : " %s=", f->name);
    write_value(out, form, f);
  }
}

/* ---- a line ---- */

/* 2026-11-25T13:20:12.345Z */
static void write_time(buffer *out, int64_t ms) {
  char text[32];
  moment_write(text, ms / 1000, (zone){0});
  buffer_format(out, "%.19s.%03dZ", text, (int)(ms % 1000));
}

static void write_head(const logger *l, buffer *out, log_level level, const char *event,
                       int64_t now) {
  if (l->o.journal) buffer_format(out, "<%d>", (int)level);
  if (l->o.form == LOG_FORM_JSON) {
    buffer_text(out, "{\"time\":\"");
    write_time(out, now);
    buffer_format(out, "\",\"level\":\"%s\",\"event\":", level_names[level]);
    text_json(out, event, strlen(event));
    return;
  }
  if (!l->o.journal) {
    write_time(out, now);
    buffer_format(out, " %-7s ", level_names[level]);
  }
  buffer_text(out, event);
}

/* One write, so that lines of several processes do not mix; what cannot be written is lost. */
static void put(logger *l) {
  const char *at = l->line.data;
  for (size_t left = l->line.size; left;) {
    const ssize_t n = write(l->o.file, at, left);
    if (n <= 0) return;
    at += n;
    left -= (size_t)n;
  }
}

/* With the lock. */
static void put_line(logger *l, log_level level, const char *event, int64_t now,
                     unsigned kept_back) {
  buffer_clear(&l->line);
  write_head(l, &l->line, level, event, now);
  buffer_add(&l->line, l->body.data, l->body.size);
  const log_field more = LOG_INTEGER("not_shown", kept_back);
  if (kept_back) write_fields(&l->line, l->o.form, &more, 1);
  buffer_text(&l->line, l->o.form == LOG_FORM_JSON ? "}\n" : "\n");
  put(l);
}

/* ---- what repeats itself ---- */

/* Tells how many lines were kept back in a window that is over. */
static void close_window(logger *l, slot *s, int64_t now) {
  if (!s->kept_back) return;
  buffer_clear(&l->body);
  put_line(l, s->level, s->event, now, s->kept_back);
  s->kept_back = 0;
}

static bool is_over(const logger *l, const slot *s, int64_t now) {
  return now - s->since >= (int64_t)l->o.window * 1000 || now < s->since;
}

/* True if the line may be told. A slot of something else gives way. */
static bool admit(logger *l, slot *table, uint64_t hash, unsigned most, log_level level,
                  const char *event, int64_t now) {
  slot *s = &table[hash % SLOTS];
  if (s->hash != hash || is_over(l, s, now)) {
    buffer body = l->body; /* of the line at hand */
    l->body = (buffer){0};
    close_window(l, s, now);
    buffer_deinit(&l->body);
    l->body = body;
    *s = (slot){.hash = hash, .since = now, .level = level, .event = event};
  }
  if (s->told < most) {
    s->told++;
    return true;
  }
  s->kept_back++;
  return false;
}

static uint64_t hash_line(const char *event, const buffer *body, log_level level) {
  const uint64_t seed = XXH3_64bits_withSeed(event, strlen(event), (uint64_t)level);
  return XXH3_64bits_withSeed(body->data ? body->data : "", body->size, seed);
}

void log_write(logger *l, log_level level, const char *event, const log_field *fields,
               size_t count) {
  if (!l || level > l->o.least) return;
  pthread_mutex_lock(&l->mutex);
  const int64_t now = l->o.now(l->o.ctx);
  buffer_clear(&l->body);
  write_fields(&l->body, l->o.form, fields, count);
  const uint64_t line = hash_line(event, &l->body, level);
  const uint64_t kind = XXH3_64bits_withSeed(event, strlen(event), (uint64_t)level);
  if (admit(l, l->lines, line, l->o.repeats, level, event, now) &&
      admit(l, l->events, kind, l->o.most, level, event, now))
    put_line(l, level, event, now, 0);
  pthread_mutex_unlock(&l->mutex);
}

void log_sweep(logger *l) {
  if (!l) return;
  pthread_mutex_lock(&l->mutex);
  const int64_t now = l->o.now(l->o.ctx);
  for (size_t i = 0; i < SLOTS; i++) {
    if (is_over(l, &l->lines[i], now)) close_window(l, &l->lines[i], now);
    if (is_over(l, &l->events[i], now)) close_window(l, &l->events[i], now);
  }
  pthread_mutex_unlock(&l->mutex);
}

void log_free(logger *l) {
  if (!l) return;
  const int64_t now = l->o.now(l->o.ctx);
  for (size_t i = 0; i < SLOTS; i++) {
    close_window(l, &l->lines[i], now);
    close_window(l, &l->events[i], now);
  }
  pthread_mutex_destroy(&l->mutex);
  buffer_deinit(&l->body);
  buffer_deinit(&l->line);
  free(l);
}
