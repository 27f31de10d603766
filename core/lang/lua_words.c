/* Lua's messages in an admin's words. The forms are those of ldebug.c and lauxlib.c of Lua 5.4. */
#include "lua_words.h"

#include <stdio.h>
#include <string.h>

/* "attempt to index a nil value (field 'x')" taken apart. */
typedef struct complaint {
  char type[32]; /* nil, string ...; what Lua calls it */
  char kind[32]; /* field, local, constant ...; "" = no name is known */
  char name[96];
} complaint;

static bool starts(const char *text, const char *with) {
  return strncmp(text, with, strlen(with)) == 0;
}

static const char *type_words(const char *type) {
  static const char *const words[][2] = {{"nil", "a missing value (nil)"},
                                         {"no value", "nothing"},
                                         {"string", "a text"},
                                         {"number", "a number"},
                                         {"table", "a table"},
                                         {"function", "a function"},
                                         {"boolean", "true or false"},
                                         {"userdata", "a word of the rules"}};
  for (size_t i = 0; i < sizeof words / sizeof *words; i++)
    if (strcmp(type, words[i][0]) == 0) return words[i][1];
  return NULL;
}

static void say_type(buffer *out, const char *type) {
  const char *words = type_words(type);
  if (words)
    buffer_text(out, words);
  else
    buffer_format(out, "a %s", type);
}

static bool is(const complaint *c, const char *type) {
  return strcmp(c->type, type) == 0;
}

/* "'amount' is missing (nil)" */
static void say_subject(buffer *out, const complaint *c) {
  if (strcmp(c->kind, "constant") == 0)
    buffer_format(out, "\"%s\" is ", c->name);
  else if (c->kind[0])
    buffer_format(out, "'%s' is ", c->name);
  else
    buffer_text(out, is(c, "nil") ? "a value is " : "here stands ");
  if (is(c, "nil"))
    buffer_text(out, "missing (nil)");
  else
    say_type(out, c->type);
}

static void say_check(buffer *out, const complaint *c) {
  if (!is(c, "nil")) return;
  buffer_text(out, ": ask first whether it is there");
  if (strcmp(c->kind, "field") == 0) buffer_format(out, ", as in if c.%s then ... end", c->name);
}

static void say_index(buffer *out, const complaint *c) {
  say_subject(out, c);
  buffer_text(out, ", and nothing can be read from it");
  say_check(out, c);
}

static void say_call(buffer *out, const complaint *c) {
  if (strcmp(c->kind, "for iterator") == 0) {
    buffer_text(out, "behind `in` belongs ipairs(...) or pairs(...) of a list");
  } else if (is(c, "nil") && c->kind[0]) {
    buffer_format(out, "there is no function '%s'", c->name);
  } else {
    say_subject(out, c);
    buffer_text(out,
                ", and brackets or a text follow it as if it were a function: is a comma missing "
                "between two entries?");
  }
}

static void say_compute(buffer *out, const complaint *c) {
  say_subject(out, c);
  buffer_text(out, ", and cannot be computed with");
  if (is(c, "string")) buffer_text(out, ": the quotes go around a formula as a whole");
  say_check(out, c);
}

static void say_join(buffer *out, const complaint *c) {
  say_subject(out, c);
  buffer_text(out, ", and cannot be joined to a text with ..");
  say_check(out, c);
}

static void say_length(buffer *out, const complaint *c) {
  say_subject(out, c);
  buffer_text(out, ", and has no length (#)");
  say_check(out, c);
}

/* attempt to OP a TYPE value (KIND 'NAME') */
static bool say_operation(const char *text, buffer *out) {
  static const struct {
    const char *op;
    void (*say)(buffer *, const complaint *);
  } known[] = {{"index a ", say_index},
               {"call a ", say_call},
               {"perform arithmetic on a ", say_compute},
               {"perform bitwise operation on a ", say_compute},
               {"concatenate a ", say_join},
               {"get length of a ", say_length}};
  for (size_t i = 0; i < sizeof known / sizeof *known; i++) {
    complaint c = {0};
    if (!starts(text, known[i].op)) continue;
    const char *rest = text + strlen(known[i].op), *value = strstr(rest, " value");
    if (!value) return false;
    snprintf(c.type, sizeof c.type, "%.*s", (int)(value - rest), rest);
    if (sscanf(value, " value (%31[^']'%95[^']", c.kind, c.name) == 2)
      c.kind[strlen(c.kind) - 1] = '\0';
    else
      c.kind[0] = '\0';
    known[i].say(out, &c);
    return true;
  }
  return false;
}

/* attempt to compare two TYPE values, attempt to compare TYPE with TYPE */
static bool say_comparison(const char *text, buffer *out) {
  char one[32], other[32];
  if (!starts(text, "compare ")) return false;
  if (sscanf(text, "compare two %31s values", one) == 1) {
    buffer_text(out, "two values of which each is ");
    say_type(out, one);
    buffer_text(out, " have no order");
    memcpy(other, one, sizeof other);
  } else if (sscanf(text, "compare %31s with %31s", one, other) == 2) {
    say_type(out, one);
    buffer_text(out, " cannot be compared with ");
    say_type(out, other);
  } else {
    return false;
  }
  if (strcmp(one, "nil") == 0 || strcmp(other, "nil") == 0)
    buffer_text(out, ": ask first whether it is there, as in c.visits and c.visits > 3");
  return true;
}

/* bad argument #1 to 'floor' (number expected, got nil) */
static bool say_argument(const char *text, buffer *out) {
  int end = 0;
  char number[16];
  char function[96], wanted[64], got[64];
  if (sscanf(text, "bad argument #%15[0-9] to '%95[^']' (%n", number, function, &end) < 2 || !end)
    return false;
  buffer_format(out, "argument %s of %s", number, function);
  if (sscanf(text + end, "%63[^ ] expected, got %63[^)]", wanted, got) == 2) {
    buffer_text(out, " must be ");
    say_type(out, wanted);
    buffer_text(out, ", and is ");
    say_type(out, got);
  } else {
    size_t n = strlen(text + end);
    buffer_format(out, ": %.*s", (int)(n - (n > 0)), text + end);
  }
  return true;
}

bool lua_words(const char *message, buffer *out) {
  static const char attempt[] = "attempt to ";
  if (!starts(message, attempt)) return say_argument(message, out);
  const char *rest = message + sizeof attempt - 1;
  if (say_operation(rest, out) || say_comparison(rest, out)) return true;
  if (!starts(rest, "perform 'n") && !starts(rest, "divide by zero")) return false;
  buffer_text(out, "a whole number is divided by zero");
  return true;
}

/* ---- the compiler ---- */

/* Whether what the message points at begins so. */
static bool is_near(const char *message, const char *what) {
  const char *near = strstr(message, " near ");
  return near && starts(near + strlen(" near "), what);
}

static bool is_near_comparison(const char *message) {
  static const char *const signs[] = {"'<'", "'<='", "'>'", "'>='", "'=='", "'~='", "'['"};
  for (size_t i = 0; i < sizeof signs / sizeof *signs; i++)
    if (is_near(message, signs[i])) return true;
  return false;
}

const char *lua_syntax_hint(const char *message) {
  if (starts(message, "unfinished string")) return ": the quote that ends the text is missing";
  if (starts(message, "<eof> expected")) return ": it closes what nothing above has opened";
  if (starts(message, "malformed number")) return ": what is no number stands in quotes";
  if (is_near(message, "<eof>")) return ": the file ends before this is closed";
  if (starts(message, "'}' expected")) return ": is a comma missing before it, or a } above?";
  if (starts(message, "syntax error")) return ": are the quotes of a name missing?";
  if (!starts(message, "unexpected symbol")) return "";
  if (is_near_comparison(message)) return ": conditions and formulas stand in quotes";
  if (is_near(message, "'}'")) return ": a value is missing before it, or it is one too many";
  return is_near(message, "','") ? ": a value is missing before it" : "";
}
