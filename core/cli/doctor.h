/* What assay doctor looks at: each part tells what it finds, and what to do about it. */
#ifndef CLI_DOCTOR_H
#define CLI_DOCTOR_H

#include "../store/store_keep.h"
#include "cli.h"

typedef struct doctor {
  cli *cli;
  const arguments *arguments;
  const char *database;
  const char *area; /* "store", "plugins" ...: of what is told now */
  bool json, deep;
  size_t fine, warnings, wrong;
  store_state store; /* once it was looked at; version 0 = it could not be */
} doctor;

/* `mend` NULL: it is fine, or `what` says it. */
void doctor_tell(doctor *d, health h, const char *mend, const char *format, ...)
    __attribute__((format(printf, 4, 5)));

void doctor_look_at_store(doctor *d);
void doctor_look_at_lock(doctor *d);
void doctor_look_at_plugins(doctor *d);
void doctor_look_at_packs(doctor *d);
/* Disk, temporary folder, limits, time zones, clock. */
void doctor_look_at_machine(doctor *d);

#endif
