/* See deliver.h. One connection to the store is shared by all threads, a lock around each use; it is never held
 * while something is sent. */
#include "deliver_parts.h"

#include <curl/curl.h>
#include <pthread.h>
#include <sha2.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "../base/text.h"

#define THREADS_MOST 16
#define KEPT_MS ((int64_t)30 * 86400 * 1000) /* what became of messages is kept so long */
#define LOOK_MS 30000                        /* at the outbox, if nothing wakes the threads */
#define CLEAN_MS ((int64_t)86400 * 1000)     /* between two looks at what may be forgotten */

/* The channels of one pack; held by its packs' list and by every attempt that uses one of them. */
typedef struct channels {
  arena arena;
  const char *pack;
  zone zone;
  size_t count;
  pack_notify *items;
  unsigned holders; /* with the lock */
} channels;

struct deliver {
  deliver_options o;
  store *store;
  pthread_mutex_t mutex;
  pthread_cond_t changed;
  pthread_t threads[THREADS_MOST];
  unsigned thread_count, sending;
  bool ending;
  int64_t cleaned; /* UTC ms */
  atomic_bool stop;
  channels **packs;
  size_t pack_count;
  const char *busy[2 * THREADS_MOST]; /* pairs pack, channel that are being served */
  size_t busy_count;
};

static int64_t now_ms(void) {
  struct timespec t;
  clock_gettime(CLOCK_REALTIME, &t);
  return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

sent sending_ended(sending *s, sent what, const char *format, ...) {
  char text[512];
  buffer shown = {0};
  va_list values;
  va_start(values, format);
  vsnprintf(text, sizeof text, format, values);
  va_end(values);
  text_printable(&shown, text, strlen(text), 200);
  snprintf(s->why, sizeof s->why, "%.*s", (int)shown.size, shown.data ? shown.data : "");
  buffer_deinit(&shown);
  return what;
}

bool sending_secret(sending *s, const char *reference, const char **out) {
  error e = {0};
  if (!supervisor_secret(s->options->supervisor, s->arena, reference, out, &e)) return true;
  sending_ended(s, SENT_LATER, "%s", e.message);
  return false;
}

/* ---- channels ---- */

static const char *copy(arena *a, const char *text) {
  return text ? arena_string(a, text) : NULL;
}

static const char **copy_list(arena *a, const char *const *list, size_t count) {
  const char **out = arena_array(a, count + 1, sizeof *out);
  for (size_t i = 0; i < count; i++) out[i] = copy(a, list[i]);
  return out;
}

static channels *copy_channels(const pack *p) {
  channels *c = mem_alloc(sizeof *c);
  c->pack = copy(&c->arena, p->name);
  c->zone = p->zone;
  c->count = p->notify_count;
  c->items = arena_array(&c->arena, c->count + 1, sizeof *c->items);
  c->holders = 1;
  for (size_t i = 0; i < c->count; i++) {
    const pack_notify *from = &p->notifies[i];
    pack_notify *to = &c->items[i];
    *to = *from;
    const char **const texts[] = {&to->name, &to->language, &to->url,  &to->secret,
                                  &to->from, &to->server,   &to->user, &to->password};
    for (size_t k = 0; k < sizeof texts / sizeof *texts; k++)
      *texts[k] = copy(&c->arena, *texts[k]);
    to->to = copy_list(&c->arena, from->to, from->to_count);
    to->arguments = copy_list(&c->arena, from->arguments, from->argument_count);
  }
  return c;
}

/* With the lock. */
static void let_go(channels *c) {
  if (!c || --c->holders) return;
  arena_deinit(&c->arena);
  free(c);
}

static channels *find(const deliver *d, const char *pack_name) {
  for (size_t i = 0; i < d->pack_count; i++)
    if (!strcmp(d->packs[i]->pack, pack_name)) return d->packs[i];
  return NULL;
}

void deliver_channels(deliver *d, const pack *p) {
  channels *c = copy_channels(p);
  size_t i = 0;
  pthread_mutex_lock(&d->mutex);
  while (i < d->pack_count && strcmp(d->packs[i]->pack, p->name) != 0) i++;
  if (i == d->pack_count) {
    d->packs = mem_grow(d->packs, i + 1, sizeof *d->packs);
    d->packs[d->pack_count++] = NULL;
  }
  let_go(d->packs[i]);
  d->packs[i] = c;
  pthread_cond_broadcast(&d->changed);
  pthread_mutex_unlock(&d->mutex);
}

/* Nothing is divided, so that 29 of 100 are not more than 29 %. */
static bool too_many(const pack_notify *c, int64_t rejected, int64_t records) {
  if (!c->rejects_percent) return (double)rejected > c->rejects;
  return 100.0 * (double)rejected > c->rejects * (double)records;
}

bool deliver_wants_rejects(deliver *d, const char *pack_name, int64_t rejected, int64_t records) {
  bool wanted = false;
  pthread_mutex_lock(&d->mutex);
  const channels *c = find(d, pack_name);
  for (size_t i = 0; c && i < c->count; i++)
    wanted =
        wanted || (c->items[i].on[NOTIFY_REJECTS] && too_many(&c->items[i], rejected, records));
  pthread_mutex_unlock(&d->mutex);
  return wanted;
}

/* ---- a notice comes in ---- */

static bool has_alert(const notice *n, alert_severity least) {
  for (size_t i = 0; i < n->alert_count; i++)
    if (n->alerts[i].weight >= least) return true;
  return false;
}

static bool is_wanted(const pack_notify *c, const notice *n) {
  if (!c->on[n->event] || (n->over && !c->recovered)) return false;
  if (n->event == NOTIFY_ALERTS) return !n->over && has_alert(n, c->least);
  if (n->event == NOTIFY_REJECTS && !n->over) return too_many(c, n->rejected, n->records);
  return true;
}

/* Alerts are of their run, and each run's are told; the rest is of the pack and its schedule. */
static const char *about(arena *a, const notice *n) {
  if (n->event == NOTIFY_ALERTS) return arena_format(a, "run %lld", (long long)n->run);
  return n->schedule && n->event != NOTIFY_REJECTS ? n->schedule : "";
}

/* The same for the same event however often it is put in: made of what it is about, when it began, and which of
 * its tellings this is. */
static const char *event_id(arena *a, const notice *n, const outbox_incident *i) {
  char hex[SHA256_DIGEST_STRING_LENGTH];
  const char *text =
      arena_format(a, "%s\n%s\n%s\n%s\n%lld\n%lld\n%lld\n%d", i->pack, i->channel, i->event,
                   i->about, (long long)n->run, (long long)i->since, (long long)i->times, n->over);
  SHA256Data((const uint8_t *)text, strlen(text), hex);
  return arena_format(a, "evt_%.32s", hex);
}

static error_code put_message(deliver *d, arena *a, const pack_notify *c, const notice *n,
                              const outbox_incident *i, int *put, error *e) {
  const int64_t now = now_ms();
  const notice_count count = {i->since / 1000, i->times};
  const char *id = event_id(a, n, i);
  buffer payload = {0}, subject = {0}, body = {0};
  notice_json(&payload, n, id, &count, c->least);
  buffer_text(&payload, "");
  notice_subject(&subject, n, c->language, c->least);
  notice_text(&body, n, c->language, &count, c->least);
  const outbox_message m = {.event_id = id,
                            .pack = i->pack,
                            .channel = i->channel,
                            .event = i->event,
                            .payload = payload.data,
                            .subject = subject.data,
                            .body = body.data,
                            .created = now,
                            .give_up = now + c->give_up * 1000};
  const error_code code = outbox_put(d->store, &m, put, e);
  buffer_deinit(&payload);
  buffer_deinit(&subject);
  buffer_deinit(&body);
  return code;
}

/* With the lock, in a transaction. */
static error_code offer(deliver *d, arena *a, const pack_notify *c, const notice *n, int *put,
                        error *e) {
  outbox_incident i = {.pack = n->pack,
                       .channel = c->name,
                       .event = notify_event_names[n->event],
                       .about = about(a, n)};
  bool tell = false;
  *put = 0;
  const error_code code = n->over
                              ? outbox_over(d->store, &i, &tell, e)
                              : outbox_came(d->store, &i, n->at * 1000, c->again * 1000, &tell, e);
  return code || !tell ? code : put_message(d, a, c, n, &i, put, e);
}

static void count_result(const deliver *d, const char *pack_name, const char *channel,
                         const char *event, const char *result) {
  if (d->o.meters) meters_notification(d->o.meters, pack_name, channel, event, result);
}

error_code deliver_notice(deliver *d, const notice *n, size_t *put, error *e) {
  arena a = {0};
  size_t count = 0;
  error_code code = ERR_OK;
  pthread_mutex_lock(&d->mutex);
  const channels *c = find(d, n->pack);
  bool open = false;
  for (size_t i = 0; c && !code && i < c->count; i++) {
    int in = 0;
    if (!is_wanted(&c->items[i], n)) continue;
    if (!open) code = outbox_begin(d->store, e);
    open = open || !code;
    if (!code) code = offer(d, &a, &c->items[i], n, &in, e);
    if (!code && in < 0)
      count_result(d, n->pack, c->items[i].name, notify_event_names[n->event], "dropped");
    count += in > 0;
  }
  if (open && code) outbox_rollback(d->store);
  if (open && !code) code = outbox_commit(d->store, e);
  if (!code && count) pthread_cond_broadcast(&d->changed);
  pthread_mutex_unlock(&d->mutex);
  arena_deinit(&a);
  if (put) *put = code ? 0 : count;
  return code;
}

int64_t deliver_waiting(deliver *d) {
  int64_t waiting = 0;
  error ignored;
  pthread_mutex_lock(&d->mutex);
  if (outbox_waiting(d->store, &waiting, &ignored)) waiting = 0;
  pthread_mutex_unlock(&d->mutex);
  return waiting;
}

/* ---- a message goes out ---- */

static sent attempt(sending *s) {
  switch (s->channel->kind) {
  case NOTIFY_WEBHOOK:
    return deliver_webhook(s);
  case NOTIFY_MAIL:
    return deliver_mail(s);
  default:
    return deliver_command(s);
  }
}

/* Doubled with each attempt, up to the longest; the receiver may ask for longer, up to the same. A fourth more or
 * less, by the message, so that those of one failure do not come back together. */
static int64_t pause_after(const deliver *d, const outbox_message *m, const sending *s) {
  const int64_t first = d->o.first_pause ? d->o.first_pause : 10000;
  const int64_t longest = d->o.longest_pause ? d->o.longest_pause : 3600000;
  int64_t pause = first;
  for (int i = 0; i < m->attempts && pause < longest; i++) pause *= 2;
  pause += pause / 4 * (m->id % 3 - 1);
  if (s->pause * 1000 > pause) pause = s->pause * 1000;
  return pause < longest ? pause : longest;
}

static void tell_log(const deliver *d, log_level level, const char *event, const outbox_message *m,
                     const sending *s) {
  log_event(d->o.log, level, event, LOG_TEXT("pack", m->pack), LOG_TEXT("channel", m->channel),
            LOG_TEXT("about", m->event), LOG_TEXT("id", m->event_id),
            LOG_INTEGER("attempt", m->attempts + 1), LOG_TEXT("why", *s->why ? s->why : NULL));
}

/* With the lock. A note that cannot be written leaves the message where it was: it is sent again, with its key. */
static void note_result(deliver *d, const outbox_message *m, const sending *s, sent result) {
  const int64_t now = now_ms(), next = now + pause_after(d, m, s);
  error e = {0};
  error_code code;
  if (result == SENT_DONE) {
    code = outbox_sent(d->store, m->id, now, &e);
    tell_log(d, LEVEL_INFO, "notification sent", m, s);
  } else if (result == SENT_LATER && next < m->give_up) {
    code = outbox_retry(d->store, m->id, next, s->why, &e);
    tell_log(d, LEVEL_WARNING, "notification not taken, tried again later", m, s);
  } else {
    code = outbox_failed(d->store, m->id, now, s->why, &e);
    tell_log(d, LEVEL_ERROR, "notification given up", m, s);
    result = SENT_NEVER;
  }
  count_result(d, m->pack, m->channel, m->event,
               result == SENT_DONE    ? "sent"
               : result == SENT_LATER ? "retried"
                                      : "failed");
  if (code) log_event(d->o.log, LEVEL_ERROR, "outbox not written", LOG_TEXT("why", e.message));
}

static const pack_notify *channel_of(const channels *c, const char *name) {
  for (size_t i = 0; c && i < c->count; i++)
    if (!strcmp(c->items[i].name, name)) return &c->items[i];
  return NULL;
}

/* A message of a pack that is not loaded waits for it, until it is given up. */
static bool is_ready(void *ctx, const char *pack_name, const char *channel, int64_t give_up) {
  const deliver *d = ctx;
  for (size_t i = 0; i < d->busy_count; i++)
    if (!strcmp(d->busy[2 * i], pack_name) && !strcmp(d->busy[2 * i + 1], channel)) return false;
  return find(d, pack_name) || now_ms() >= give_up;
}

static void set_busy(deliver *d, const outbox_message *m) {
  d->busy[2 * d->busy_count] = m->pack;
  d->busy[2 * d->busy_count + 1] = m->channel;
  d->busy_count++;
}

static void unset_busy(deliver *d, const outbox_message *m) {
  size_t i = 0;
  while (d->busy[2 * i] != m->pack || d->busy[2 * i + 1] != m->channel) i++;
  d->busy_count--;
  d->busy[2 * i] = d->busy[2 * d->busy_count];
  d->busy[2 * i + 1] = d->busy[2 * d->busy_count + 1];
}

/* With the lock, which it gives back while it sends. */
static void send_one(deliver *d, arena *a, const outbox_message *m) {
  channels *c = find(d, m->pack);
  const pack_notify *channel = channel_of(c, m->channel);
  sending s = {.options = &d->o, .stop = &d->stop, .channel = channel, .message = m, .arena = a};
  sent result;
  if (channel) {
    s.zone = c->zone;
    c->holders++;
    set_busy(d, m);
    d->sending++;
    pthread_mutex_unlock(&d->mutex);
    result = attempt(&s);
    pthread_mutex_lock(&d->mutex);
    d->sending--;
    unset_busy(d, m);
    let_go(c);
  } else {
    result = sending_ended(&s, SENT_NEVER,
                           c ? "the pack has no such notify any more" : "the pack is not served");
  }
  if (result == SENT_LATER && atomic_load(&d->stop)) return; /* broken off by us: no attempt */
  note_result(d, m, &s, result);
  pthread_cond_broadcast(&d->changed);
}

/* With the lock. Until something changes, or the moment (UTC ms; 0 = none). */
static void wait_for(deliver *d, int64_t wake) {
  int64_t until = now_ms() + LOOK_MS;
  if (wake && wake < until) until = wake;
  const struct timespec t = {.tv_sec = until / 1000, .tv_nsec = until % 1000 * 1000000};
  pthread_cond_timedwait(&d->changed, &d->mutex, &t);
}

/* Signals are the loop's; a receiver that hangs up is an error of writing, not a signal. */
static void block_signals(void) {
  sigset_t all;
  sigfillset(&all);
  pthread_sigmask(SIG_BLOCK, &all, NULL);
}

/* With the lock. Once a day, and when the clock went back: the service runs for years. What cannot be done now, for
 * another writes, is done the next day. */
static void clean(deliver *d) {
  const int64_t now = now_ms();
  error ignored;
  if (now >= d->cleaned && now - d->cleaned < CLEAN_MS) return;
  d->cleaned = now;
  outbox_clean(d->store, now - KEPT_MS, &ignored);
}

static void *work(void *arg) {
  deliver *d = arg;
  arena a = {0};
  block_signals();
  pthread_mutex_lock(&d->mutex);
  while (!d->ending) {
    outbox_message m;
    bool found = false;
    int64_t wake = 0;
    error e = {0};
    clean(d);
    if (outbox_next(d->store, now_ms(), is_ready, d, &a, &m, &found, &wake, &e))
      log_event(d->o.log, LEVEL_ERROR, "outbox not read", LOG_TEXT("why", e.message));
    if (found)
      send_one(d, &a, &m);
    else
      wait_for(d, wake);
    arena_clear(&a);
  }
  pthread_mutex_unlock(&d->mutex);
  arena_deinit(&a);
  return NULL;
}

/* ---- opening and closing ---- */

error_code deliver_open(const deliver_options *o, deliver **out, error *e) {
  store *s = NULL;
  error_code code = store_open(o->database, STORE_WRITE, &s, e);
  if (code) return code;
  curl_global_init(CURL_GLOBAL_DEFAULT);
  deliver *d = mem_alloc(sizeof *d);
  d->o = *o;
  d->store = s;
  pthread_mutex_init(&d->mutex, NULL);
  pthread_cond_init(&d->changed, NULL);
  const unsigned threads = o->threads ? o->threads : 2;
  for (; d->thread_count < threads && d->thread_count < THREADS_MOST; d->thread_count++)
    if (pthread_create(&d->threads[d->thread_count], NULL, work, d)) break;
  if (!d->thread_count) {
    deliver_close(d, 0);
    return error_set(e, ERR_INTERNAL, "a thread for notifications cannot be started");
  }
  *out = d;
  return ERR_OK;
}

void deliver_close(deliver *d, unsigned seconds) {
  if (!d) return;
  struct timespec until;
  clock_gettime(CLOCK_REALTIME, &until);
  until.tv_sec += seconds;
  pthread_mutex_lock(&d->mutex);
  d->ending = true;
  pthread_cond_broadcast(&d->changed);
  while (d->sending && !pthread_cond_timedwait(&d->changed, &d->mutex, &until)) {
  }
  atomic_store(&d->stop, true);
  pthread_mutex_unlock(&d->mutex);
  for (unsigned i = 0; i < d->thread_count; i++) pthread_join(d->threads[i], NULL);
  for (size_t i = 0; i < d->pack_count; i++) let_go(d->packs[i]);
  free(d->packs);
  store_close(d->store);
  pthread_cond_destroy(&d->changed);
  pthread_mutex_destroy(&d->mutex);
  free(d);
}
