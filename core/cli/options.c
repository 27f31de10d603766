/* Parses options by table, and turns the same table into a page of help. */
#include "options.h"

#include <stdlib.h>
#include <string.h>

#include "../base/number.h"
#include "../base/text.h"

#define HELP_COLUMN 26 /* where the explanations begin */
#define HELP_WIDTH 96

static const option *find(const command *c, const char *name, size_t n) {
  for (size_t i = 0; i < c->option_count; i++)
    if (strlen(c->options[i].name) == n && !memcmp(c->options[i].name, name, n))
      return &c->options[i];
  return NULL;
}

/* What the user typed, fit for a message whatever bytes it holds. */
static const char *shown(arena *a, const char *text, size_t n) {
  buffer b = {0};
  text_printable(&b, text, n, 60);
  const char *copy = arena_string_n(a, b.data ? b.data : "", b.size);
  buffer_deinit(&b);
  return copy;
}

static error_code unknown(const command *c, const char *name, size_t n, error *e) {
  arena a = {0};
  const char *candidates[64];
  size_t count = 0;
  for (size_t i = 0; i < c->option_count && count < 63; i++)
    candidates[count++] = c->options[i].name;
  candidates[count++] = "help";
  const char *word = shown(&a, name, n), *near = text_suggest(word, candidates, count);
  if (near)
    error_set(e, ERR_USAGE, "assay %s has no option --%s; did you mean --%s?", c->name, word, near);
  else
    error_set(e, ERR_USAGE, "assay %s has no option --%s; see assay %s --help", c->name, word,
              c->name);
  arena_deinit(&a);
  return ERR_USAGE;
}

static bool is_word(const char *words, const char *value) {
  const size_t n = strlen(value);
  for (const char *w = words; w; w = strchr(w, '|')) {
    if (*w == '|') w++;
    if (!strncmp(w, value, n) && (w[n] == '|' || !w[n]) && n > 0) return true;
  }
  return false;
}

static error_code check_value(const option *o, const char *value, error *e) {
  if (!*value && (o->offer == OFFER_FILE || o->offer == OFFER_FOLDER))
    return error_set(e, ERR_USAGE, "--%s: the path is empty", o->name);
  if (o->offer != OFFER_WORDS || is_word(o->words, value)) return ERR_OK;
  arena a = {0};
  error_set(e, ERR_USAGE, "--%s %s: it is one of %s", o->name, shown(&a, value, strlen(value)),
            o->words);
  arena_deinit(&a);
  return ERR_USAGE;
}

/* Takes argv[*i], an option, and its value, which may be the next word. */
static error_code take_option(arguments *out, int argc, char **argv, int *i, error *e) {
  const command *c = out->command;
  const char *name = argv[*i] + 2, *equal = strchr(name, '=');
  const size_t n = equal ? (size_t)(equal - name) : strlen(name);
  if (n == 4 && !memcmp(name, "help", 4)) {
    out->help = true;
    return ERR_OK;
  }
  const option *o = find(c, name, n);
  if (!o) return unknown(c, name, n, e);
  const char *value = NULL;
  if (!o->value) {
    if (equal) return error_set(e, ERR_USAGE, "--%s takes no value", o->name);
  } else if (equal) {
    value = equal + 1;
  } else if (*i + 1 < argc) {
    value = argv[++*i];
  } else {
    return error_set(e, ERR_USAGE, "--%s needs a value: --%s %s", o->name, o->name, o->value);
  }
  if (!o->many)
    for (size_t k = 0; k < out->count; k++)
      if (out->items[k].option == o) return error_set(e, ERR_USAGE, "--%s is given twice", o->name);
  if (value && check_value(o, value, e)) return e->code;
  out->items = mem_grow(out->items, out->count + 1, sizeof *out->items);
  out->items[out->count++] = (given){o, value};
  return ERR_OK;
}

static error_code check_words(const arguments *a, error *e) {
  const command *c = a->command;
  if (a->help) return ERR_OK;
  if (a->word_count < c->least)
    return error_set(e, ERR_USAGE, "something is missing; usage: assay %s %s", c->name,
                     c->arguments);
  if (a->word_count <= c->most) return ERR_OK;
  arena m = {0};
  const char *extra = a->words[c->most];
  error_set(e, ERR_USAGE, "'%s' is one word too many; usage: assay %s %s [options]",
            shown(&m, extra, strlen(extra)), c->name, c->arguments);
  arena_deinit(&m);
  return ERR_USAGE;
}

error_code arguments_parse(const command *c, int argc, char **argv, arguments *out, error *e) {
  *out = (arguments){.command = c};
  bool only_words = false;
  for (int i = 0; i < argc; i++) {
    const char *word = argv[i];
    if (!only_words && !strcmp(word, "--")) {
      only_words = true;
    } else if (!only_words && !strcmp(word, "-h")) {
      out->help = true;
    } else if (!only_words && word[0] == '-' && word[1] == '-') {
      error_code code = take_option(out, argc, argv, &i, e);
      if (code) return code;
    } else if (!only_words && word[0] == '-' && word[1]) {
      return error_set(e, ERR_USAGE, "'%c%c': options begin with two dashes; see assay %s --help",
                       word[0], word[1] > ' ' && word[1] < 127 ? word[1] : '?', c->name);
    } else {
      out->words = mem_grow(out->words, out->word_count + 1, sizeof *out->words);
      out->words[out->word_count++] = word;
    }
  }
  return check_words(out, e);
}

void arguments_deinit(arguments *a) {
  free(a->items);
  free(a->words);
}

bool arguments_flag(const arguments *a, const char *name) {
  for (size_t i = 0; i < a->count; i++)
    if (!strcmp(a->items[i].option->name, name)) return true;
  return false;
}

const char *arguments_value(const arguments *a, const char *name) {
  for (size_t i = a->count; i-- > 0;)
    if (!strcmp(a->items[i].option->name, name)) return a->items[i].value;
  return NULL;
}

error_code arguments_number(const arguments *a, const char *name, long long least, long long most,
                            long long preset, long long *out, error *e) {
  const char *text = arguments_value(a, name);
  int64_t n = 0;
  *out = preset;
  if (!text) return ERR_OK;
  if (integer_parse(text, strlen(text), &n) == PARSE_OK && n >= least && n <= most) {
    *out = n;
    return ERR_OK;
  }
  arena m = {0};
  if (most == INT64_MAX)
    error_set(e, ERR_USAGE, "--%s %s: expected a whole number, %lld or more", name,
              shown(&m, text, strlen(text)), least);
  else
    error_set(e, ERR_USAGE, "--%s %s: expected a whole number from %lld to %lld", name,
              shown(&m, text, strlen(text)), least, most);
  arena_deinit(&m);
  return ERR_USAGE;
}

error_code option_pair(arena *a, const char *option_name, const char *text, const char **name,
                       const char **value, error *e) {
  const char *equal = strchr(text, '=');
  if (!equal || equal == text || !text_valid_utf8(text, strlen(text)))
    return error_set(e, ERR_USAGE, "--%s %s: expected NAME=VALUE%s", option_name,
                     shown(a, text, strlen(text)),
                     text_valid_utf8(text, strlen(text)) ? "" : " in UTF-8");
  *name = arena_string_n(a, text, (size_t)(equal - text));
  *value = equal + 1;
  return ERR_OK;
}

/* Adds a text, broken at blanks, each line from `column` on; the first stands where it is. */
static void wrapped(buffer *out, const char *text, size_t column) {
  size_t at = column;
  while (*text) {
    const size_t n = strcspn(text, " \n");
    if (at > column && at + 1 + n > HELP_WIDTH) {
      buffer_format(out, "\n%*s", (int)column, "");
      at = column;
    } else if (at > column) {
      buffer_char(out, ' ');
      at++;
    }
    buffer_add(out, text, n);
    at += n;
    text += n;
    if (*text == '\n') {
      buffer_format(out, "\n%*s", (int)column, "");
      at = column;
    }
    if (*text) text++;
  }
  buffer_char(out, '\n');
}

void command_help(buffer *out, const char *program, const command *c) {
  buffer_format(out, "%s %s%s%s%s\n\n", program, c->name, *c->arguments ? " " : "", c->arguments,
                c->option_count ? " [options]" : "");
  wrapped(out, c->description, 0);
  buffer_text(out, "\nOptions:\n");
  for (size_t i = 0; i <= c->option_count; i++) {
    static const option help = {.name = "help", .help = "show this"};
    const option *o = i < c->option_count ? &c->options[i] : &help;
    const size_t start = out->size;
    buffer_format(out, "  --%s%s%s", o->name, o->value ? " " : "", o->value ? o->value : "");
    size_t used = out->size - start;
    if (used + 1 > HELP_COLUMN) {
      buffer_char(out, '\n');
      used = 0;
    }
    buffer_format(out, "%*s", (int)(HELP_COLUMN - used), "");
    wrapped(out, o->help, HELP_COLUMN);
  }
}
