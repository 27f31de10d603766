/* Options of the command line. One table a command serves parsing, --help and shell completion.
 *
 * It never prints and never exits; what is wrong comes back as an ERR_USAGE that says what was
 * meant. */
#ifndef CLI_OPTIONS_H
#define CLI_OPTIONS_H

#include <stdbool.h>
#include <stddef.h>

#include "../base/error.h"
#include "../base/memory.h"

/* What completion offers for a value or an argument. */
typedef enum offer { OFFER_NOTHING, OFFER_FILE, OFFER_FOLDER, OFFER_PACK, OFFER_WORDS } offer;

typedef struct option {
  const char *name;  /* without the dashes */
  const char *value; /* how the value is called in the help; NULL = a flag */
  offer offer;
  const char *words; /* OFFER_WORDS: "table|csv|jsonl"; any other value is refused */
  bool many;         /* may be given more than once */
  const char *help;
} option;

struct cli;
struct arguments;

typedef struct command {
  const char *name;
  const char *arguments;   /* "PACK CUSTOMER" */
  const char *summary;     /* one line */
  const char *description; /* paragraphs of the help */
  const option *options;
  size_t option_count;
  size_t least, most; /* arguments */
  offer offer;        /* for the first argument */
  error_code (*run)(struct cli *c, const struct arguments *a, error *e);
} command;

typedef struct given {
  const option *option;
  const char *value; /* NULL for a flag */
} given;

typedef struct arguments {
  const command *command;
  given *items;
  size_t count;
  const char **words; /* what is no option */
  size_t word_count;
  bool help; /* --help was among them */
} arguments;

/* Parses what follows the command's name. Points into argv. */
error_code arguments_parse(const command *c, int argc, char **argv, arguments *out, error *e);
void arguments_deinit(arguments *a);
bool arguments_flag(const arguments *a, const char *name);
/* The last value given, or NULL. */
const char *arguments_value(const arguments *a, const char *name);
/* A whole number between the bounds; `preset` if not given. */
error_code arguments_number(const arguments *a, const char *name, long long least, long long most,
                            long long preset, long long *out, error *e);
/* Splits NAME=VALUE; the name is copied into the arena. ERR_USAGE if there is no '=' or no name. */
error_code option_pair(arena *arena, const char *option_name, const char *text, const char **name,
                       const char **value, error *e);

void command_help(buffer *out, const char *program, const command *c);

#endif
