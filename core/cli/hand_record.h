/* A record given on the command line: --record FILE.json, --set NAME=VALUE over it, and --previous
 * NAME=VALUE for what was published last. */
#ifndef CLI_HAND_RECORD_H
#define CLI_HAND_RECORD_H

#include "../data/handmade.h"
#include "../lang/pack.h"
#include "options.h"

/* In the arena. An empty value is missing; a list is a JSON array of objects. ERR_USAGE names file or
 * option and what was expected; whether the fields exist is judged later. */
error_code hand_record_read(arena *a, const arguments *from, const pack *p, handmade_record *record,
                            handmade_record *previous, error *e);

#endif
