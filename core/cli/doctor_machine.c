/* assay doctor: what the machine has to give: room, descriptors, time zones, the right time. */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/statvfs.h>
#include <sys/timex.h>
#include <time.h>
#include <unistd.h>

#include "../base/spill.h"
#include "doctor.h"

#define LEAST_FREE ((int64_t)256 << 20)
#define LEAST_FILES 1024

static const char *folder_of(arena *a, const char *path) {
  const char *slash = strrchr(path, '/');
  if (!slash) return ".";
  return arena_string_n(a, path, slash == path ? 1 : (size_t)(slash - path));
}

static void look_at_room(doctor *d, const char *folder, int64_t needed, const char *what_for) {
  struct statvfs v;
  if (statvfs(folder, &v)) {
    doctor_tell(d, HEALTH_WRONG, "make the folder, or name another one", "%s: %s", folder,
                strerror(errno));
    return;
  }
  const int64_t room = (int64_t)(v.f_bavail * v.f_frsize);
  const long long mb = (long long)(room >> 20);
  if (access(folder, W_OK))
    doctor_tell(d, HEALTH_WRONG, "give the folder to the user that assay runs as",
                "%s cannot be written to by this user (%s)", folder, what_for);
  else if (room < needed)
    doctor_tell(d, HEALTH_WRONG, "make room: `assay prune --keep 2y` forgets old runs",
                "%s has %lld MB free, %s needs about %lld MB", folder, mb, what_for,
                (long long)(needed >> 20));
  else
    doctor_tell(d, HEALTH_FINE, NULL, "%s has %lld MB free (%s)", folder, mb, what_for);
}

static void look_at_disk(doctor *d) {
  arena a = {0};
  const int64_t run = d->store.last_run_bytes * 5 / 4;
  d->area = "disk";
  look_at_room(d, folder_of(&a, d->database), run > LEAST_FREE ? run : LEAST_FREE,
               "the next run of the largest pack");
  look_at_room(d, spill_folder(), LEAST_FREE, "temporary files");
  arena_deinit(&a);
}

static void look_at_limits(doctor *d) {
  struct rlimit l;
  d->area = "limits";
  if (getrlimit(RLIMIT_NOFILE, &l)) return;
  if (l.rlim_cur < LEAST_FILES)
    doctor_tell(d, HEALTH_WARNING, "LimitNOFILE=65536 in the unit, or ulimit -n",
                "only %llu files may be open at once: too few for a busy service",
                (unsigned long long)l.rlim_cur);
  else
    doctor_tell(d, HEALTH_FINE, NULL, "%llu files may be open at once",
                (unsigned long long)l.rlim_cur);
}

/* The first line of tzdata.zi: "# version 2024a". */
static void look_at_zones(doctor *d) {
  char version[64] = "";
  d->area = "zones";
  if (access("/usr/share/zoneinfo/Europe/Berlin", R_OK)) {
    doctor_tell(d, HEALTH_WRONG, "install the package tzdata",
                "there is no database of time zones in /usr/share/zoneinfo");
    return;
  }
  FILE *f = fopen("/usr/share/zoneinfo/tzdata.zi", "r");
  if (f && fgets(version, sizeof version, f)) version[strcspn(version, "\n")] = 0;
  if (f) fclose(f);
  const char *name = strncmp(version, "# version ", 10) ? "of an unknown version" : version + 10;
  doctor_tell(d, HEALTH_FINE, NULL, "time zones: tzdata %s", name);
}

static void look_at_clock(doctor *d) {
  struct timex t = {0};
  const int64_t now = time(NULL);
  d->area = "clock";
  if (d->store.newest > now + 60)
    doctor_tell(d, HEALTH_WRONG, "set the clock: schedules wait until it reaches that moment again",
                "the clock is %lld s behind the newest run in the database",
                (long long)(d->store.newest - now));
  else if (now < 1735689600) /* 2025 */
    doctor_tell(d, HEALTH_WRONG, "set the clock, and let NTP keep it", "the clock is years behind");
  else if (adjtimex(&t) == TIME_ERROR || t.status & STA_UNSYNC)
    doctor_tell(d, HEALTH_WARNING,
                "let systemd-timesyncd or chrony keep it, unless the host of this container does",
                "the kernel does not know that the clock is kept right by NTP");
  else
    doctor_tell(d, HEALTH_FINE, NULL, "the clock is kept right by NTP");
}

void doctor_look_at_machine(doctor *d) {
  look_at_disk(d);
  look_at_limits(d);
  look_at_zones(d);
  look_at_clock(d);
}
