/* The watch: a timer of the evaluator's own thread, which stops a call that runs too long.
 *
 * Its signal is delivered to the thread that started the watch and to no other, so the handler
 * never races with Lua: it does what lua.c does on an interrupt, and nothing else. It decides
 * nothing (see sandbox.c). The handler of the signal SIGRTMAX - 2 is installed for the process;
 * whoever embeds assay must leave that signal alone. */
#include "sandbox_state.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#define WATCH_SIGNAL (SIGRTMAX - 2)
#define WATCH_PERIOD_NS (1000 * 1000) /* a call is stopped after one to two periods */
#define LEAST_FAST_BUDGET 200000      /* below, a call is shorter than the clock can tell */

#if !defined(sigev_notify_thread_id)
#define sigev_notify_thread_id _sigev_un._tid
#endif

/* The time in which a thirty-second of the instructions cannot be run: an instruction of the
 * virtual machine takes two processor cycles at the very least (fetch, dispatch by a jump that was
 * taken), and no processor runs more than 2.5 times as fast as its stamp counter (or than 6 GHz).
 * With what long strings and a long stack can add (see sandbox_meter.c), and a quarter for work
 * units, such a call stays within its budget. */
uint64_t watch_cycles_for(uint64_t instructions) {
#if defined(__SANITIZE_THREAD__)
  (void)instructions;
  return 0; /* this build delivers signals late: count every call */
#else
  if (instructions < LEAST_FAST_BUDGET) return 0;
#if defined(__x86_64__)
  return instructions / 32 * 8 / 10;
#else
  return instructions / 32 / 3;
#endif
#endif
}

static void on_tick(int signal, siginfo_t *info, void *ucontext) {
  (void)signal;
  (void)ucontext;
  if (info->si_code != SI_TIMER) return;
  int saved = errno;
  sandbox *s = info->si_value.sival_ptr;
  if (s->running && s->seen == s->epoch) {
    s->armed = 1;
    lua_sethook(s->L, meter_interrupt, LUA_MASKCOUNT, 1);
  }
  s->seen = s->epoch;
  errno = saved;
}

static error_code watch_failed(error *e, const char *what) {
  return error_set(e, ERR_INTERNAL, "the timer that watches over rules cannot be started: %s: %s",
                   what, strerror(errno));
}

error_code sandbox_watch_start(sandbox *s, error *e) {
  if (s->watching) return ERR_OK;
  struct sigaction action = {.sa_sigaction = on_tick, .sa_flags = SA_SIGINFO | SA_RESTART};
  sigemptyset(&action.sa_mask);
  if (sigaction(WATCH_SIGNAL, &action, NULL)) return watch_failed(e, "sigaction");
  struct sigevent event = {.sigev_notify = SIGEV_THREAD_ID, .sigev_signo = WATCH_SIGNAL};
  event.sigev_value.sival_ptr = s;
  event.sigev_notify_thread_id = gettid();
  if (timer_create(CLOCK_MONOTONIC, &event, &s->timer)) return watch_failed(e, "timer_create");
  sigset_t own;
  sigemptyset(&own);
  sigaddset(&own, WATCH_SIGNAL);
  pthread_sigmask(SIG_UNBLOCK, &own, &s->mask_before);
  const struct itimerspec every = {{0, WATCH_PERIOD_NS}, {0, WATCH_PERIOD_NS}};
  if (timer_settime(s->timer, 0, &every, NULL)) {
    timer_delete(s->timer);
    return watch_failed(e, "timer_settime");
  }
  s->locale_before = uselocale(s->c_locale);
  s->mark = watch_cycles();
  s->watching = true;
  return ERR_OK;
}

/* A tick that is still on its way must not meet a sandbox that is gone: it is taken in here. */
void sandbox_watch_stop(sandbox *s) {
  if (!s->watching) return;
  sigset_t own;
  sigemptyset(&own);
  sigaddset(&own, WATCH_SIGNAL);
  pthread_sigmask(SIG_BLOCK, &own, NULL);
  timer_delete(s->timer);
  const struct timespec at_once = {0, 0};
  while (sigtimedwait(&own, NULL, &at_once) == WATCH_SIGNAL) continue;
  pthread_sigmask(SIG_SETMASK, &s->mask_before, NULL);
  uselocale(s->locale_before);
  s->watching = false;
}
