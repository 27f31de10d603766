/* See watcher.h. The system watches one folder at a time and says nothing of those below it, so each has a
 * watch of its own; they are made anew whenever it was quiet, for folders come and go. */
#include "watcher.h"

#include <dirent.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "../base/memory.h"

#define DEPTH 4
#define WATCHES_MOST 2000

typedef struct watch {
  uv_fs_event_t event;
  watcher *watcher;
  struct watch *next;
} watch;

struct watcher {
  uv_loop_t *loop;
  uv_timer_t quiet_timer;
  char *folder;
  unsigned quiet, most;
  uint64_t since; /* of the first change that was not told; 0 = none */
  size_t count;
  watch *first;
  bool closing;
  void (*tell)(void *ctx);
  void *ctx;
};

/* ---- the watches ---- */

static void free_watch(uv_handle_t *h) {
  free(h->data);
}

static void drop_all(watcher *w) {
  while (w->first) {
    watch *gone = w->first;
    w->first = gone->next;
    uv_close((uv_handle_t *)&gone->event, free_watch);
  }
  w->count = 0;
}

static void on_quiet(uv_timer_t *timer);

static void note(watcher *w) {
  uint64_t now = uv_now(w->loop);
  if (w->closing) return;
  if (!w->since) w->since = now;
  uint64_t waited = now - w->since, left = w->most > waited ? w->most - waited : 0;
  uv_timer_start(&w->quiet_timer, on_quiet, w->quiet < left ? w->quiet : left, 0);
}

static void on_event(uv_fs_event_t *event, const char *name, int events, int status) {
  (void)name, (void)events, (void)status; /* whatever it is, somebody should look */
  note(((watch *)event->data)->watcher);
}

static bool add(watcher *w, const char *folder) {
  if (w->count == WATCHES_MOST) return false;
  watch *one = mem_alloc(sizeof *one);
  one->watcher = w;
  one->event.data = one;
  uv_fs_event_init(w->loop, &one->event);
  one->event.data = one;
  if (uv_fs_event_start(&one->event, on_event, folder, 0)) {
    uv_close((uv_handle_t *)&one->event, free_watch);
    return false;
  }
  one->next = w->first;
  w->first = one;
  w->count++;
  return true;
}

static bool add_below(watcher *w, const char *folder, int depth) {
  if (!add(w, folder)) return false;
  DIR *all = depth ? opendir(folder) : NULL;
  arena a = {0};
  for (struct dirent *x; all && (x = readdir(all));) {
    struct stat st;
    const char *path = arena_format(&a, "%s/%s", folder, x->d_name);
    if (*x->d_name != '.' && stat(path, &st) == 0 && S_ISDIR(st.st_mode))
      add_below(w, path, depth - 1);
  }
  if (all) closedir(all);
  arena_deinit(&a);
  return true;
}

static void on_quiet(uv_timer_t *timer) {
  watcher *w = timer->data;
  w->since = 0;
  drop_all(w);
  /* A folder that is gone for the moment (a checkout in its place) is looked for again. */
  if (!add_below(w, w->folder, DEPTH)) uv_timer_start(&w->quiet_timer, on_quiet, w->most, 0);
  w->tell(w->ctx);
}

/* ---- beginning and ending ---- */

error_code watcher_new(uv_loop_t *loop, const char *folder, unsigned quiet, unsigned most,
                       void (*tell)(void *ctx), void *ctx, watcher **out, error *e) {
  watcher *w = mem_alloc(sizeof *w);
  *w = (watcher){.loop = loop, .quiet = quiet, .most = most, .tell = tell, .ctx = ctx};
  w->folder = mem_string(folder);
  uv_timer_init(loop, &w->quiet_timer);
  w->quiet_timer.data = w;
  if (!add_below(w, folder, DEPTH)) {
    watcher_close(w);
    return error_set(e, ERR_NOT_FOUND,
                     "%s: cannot be watched for changes: is it a folder that can be read?", folder);
  }
  *out = w;
  return ERR_OK;
}

static void free_watcher(uv_handle_t *h) {
  watcher *w = h->data;
  free(w->folder);
  free(w);
}

void watcher_close(watcher *w) {
  if (!w || w->closing) return;
  w->closing = true;
  drop_all(w);
  uv_timer_stop(&w->quiet_timer);
  uv_close((uv_handle_t *)&w->quiet_timer, free_watcher);
}
