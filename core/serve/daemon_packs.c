/* What is served: all packs are looked at in a worker's thread, at the start, when files changed, and when
 * somebody asks. */
#include <string.h>

#include "daemon_parts.h"

#define MOVING_TRIES 3

static void tell(struct daemon *d, const char *name, shelf_change change, const buffer *why) {
  const char *text = why->size ? why->data : NULL;
  switch (change) {
  case SHELF_PUT_UP:
    meters_reload(&d->meters, name, true, (double)daemon_now(NULL));
    log_event(d->log, LEVEL_NOTICE, "pack is served", LOG_TEXT("pack", name));
    break;
  case SHELF_BROKEN:
    meters_reload(&d->meters, name, false, (double)daemon_now(NULL));
    log_event(d->log, LEVEL_ERROR, "pack is broken; what was served before stays",
              LOG_TEXT("pack", name), LOG_TEXT("why", text));
    break;
  case SHELF_GONE:
    log_event(d->log, LEVEL_NOTICE, "pack is gone", LOG_TEXT("pack", name));
    break;
  case SHELF_MOVING:
    log_event(d->log, LEVEL_WARNING, "pack is still being changed", LOG_TEXT("pack", name));
    break;
  case SHELF_SAME:
    break;
  }
}

static void look_at(struct daemon *d, const char *name) {
  buffer why = {0};
  shelf_change change = SHELF_MOVING;
  for (int i = 0; i < MOVING_TRIES && change == SHELF_MOVING; i++)
    change = shelf_look(d->shelf, name, daemon_now(NULL), &why);
  buffer_text(&why, "");
  tell(d, name, change, &why);
  if (change == SHELF_MOVING) atomic_store(&d->wants_look, true);
  buffer_deinit(&why);
}

static void look_at_all(uv_work_t *work) {
  struct daemon *d = work->data;
  arena a = {0};
  const char **names;
  size_t n = shelf_names(d->shelf, &a, &names);
  for (size_t i = 0; i < n; i++) look_at(d, names[i]);
  arena_deinit(&a);
  keeper_wake(d->keeper);
}

static void looked(uv_work_t *work, int status) {
  struct daemon *d = work->data;
  (void)status;
  d->looks = false;
  if (!atomic_exchange(&d->ready, true)) supervisor_ready(&d->manager, "serving");
  if (d->look_again && !d->ending) daemon_look(d);
}

void daemon_look(struct daemon *d) {
  if (d->looks) {
    d->look_again = true;
    return;
  }
  d->looks = true;
  d->look_again = false;
  d->looking.data = d;
  if (uv_queue_work(&d->loop, &d->looking, look_at_all, looked)) d->looks = false;
}
