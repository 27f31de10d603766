/* assay new: a folder with a small whole policy that checks, tests and runs, to be changed from there. */
#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "cli.h"
#include "new_files.h"

/* rules/acme-trade -> acme-trade, or NULL with the error. */
static const char *base_name(cli *c, const char *path, error *e) {
  size_t n = strlen(path);
  while (n > 1 && path[n - 1] == '/') n--;
  const char *whole = arena_string_n(&c->arena, path, n), *slash = strrchr(whole, '/');
  const char *name = slash ? slash + 1 : whole;
  for (const char *p = name; *p; p++)
    if (!isalnum((unsigned char)*p) && *p != '-' && *p != '_') {
      error_set(e, ERR_USAGE,
                "\"%s\" cannot be a pack: its folder's name becomes the pack's name, and may hold "
                "letters, digits, - and _ only",
                name);
      return NULL;
    }
  if (*name && strlen(name) <= 60 && strcmp(name, "lib") != 0) return name;
  error_set(e, ERR_USAGE,
            "\"%s\" cannot be a pack: give a folder of its own, such as rules/my-company", path);
  return NULL;
}

/* acme-trade -> Acme Trade */
static const char *title_of(cli *c, const char *name) {
  char *title = arena_string(&c->arena, name);
  bool first = true;
  for (char *p = title; *p; p++) {
    if (*p == '-' || *p == '_') *p = ' ';
    if (first) *p = (char)toupper((unsigned char)*p);
    first = *p == ' ';
  }
  return title;
}

/* The file with @NAME@, @PACK@ and @PATH@ filled in. */
static void fill_in(buffer *out, const new_file *f, const char *const (*values)[2], size_t count) {
  for (const char *p = f->start; p < f->end;) {
    bool known = false;
    for (size_t i = 0; i < count && !known; i++) {
      size_t n = strlen(values[i][0]);
      known = (size_t)(f->end - p) >= n && !memcmp(p, values[i][0], n);
      if (!known) continue;
      buffer_text(out, values[i][1]);
      p += n;
    }
    if (!known) buffer_char(out, *p++);
  }
}

static error_code write_file(const char *path, const buffer *text, error *e) {
  FILE *f = fopen(path, "wxb");
  bool fine = f && fwrite(text->data, 1, text->size, f) == text->size;
  if (f && fclose(f)) fine = false;
  return fine ? ERR_OK : error_set(e, ERR_USAGE, "%s cannot be written: %s", path, strerror(errno));
}

/* The folder and those above it, as far as they are not there; it must be new. */
static error_code make_folder(cli *c, const char *path, error *e) {
  char *part = arena_string(&c->arena, path);
  for (char *p = part + 1; *p; p++) {
    if (*p != '/') continue;
    *p = 0;
    if (mkdir(part, 0777) && errno != EEXIST)
      return error_set(e, ERR_USAGE, "the folder %s cannot be made: %s", part, strerror(errno));
    *p = '/';
  }
  if (mkdir(path, 0777) == 0) return ERR_OK;
  if (errno == EEXIST)
    return error_set(e, ERR_USAGE, "%s is there already: a new pack needs a new folder", path);
  return error_set(e, ERR_USAGE, "the folder %s cannot be made: %s", path, strerror(errno));
}

static error_code run_new(cli *c, const arguments *a, error *e) {
  const char *path = a->words[0], *name = base_name(c, path, e);
  error_code code = name ? make_folder(c, path, e) : ERR_USAGE;
  if (code) return code;
  const char *const values[][2] = {
      {"@NAME@", title_of(c, name)}, {"@PACK@", name}, {"@PATH@", path}};
  for (size_t i = 0; i < new_file_count && !code; i++) {
    buffer text = {0};
    fill_in(&text, &new_files[i], values, sizeof values / sizeof *values);
    code = write_file(arena_format(&c->arena, "%s/%s", path, new_files[i].name), &text, e);
    buffer_deinit(&text);
  }
  if (code) return code;
  printf("%s holds a small whole policy: fields, points, grade, follow-up, limit, tests, and six "
         "customers.\n\n"
         "  %s check %s    is anything wrong or odd?\n"
         "  %s test %s     does it do what tests.lua promises?\n"
         "  %s run %s      grade the six customers\n\n"
         "Then put your own file in place of customers.csv, say its columns in company.lua, and "
         "change the rules.\nCompletion in your editor: %s editor %s\n",
         path, c->program, path, c->program, path, c->program, path, c->program, path);
  return ERR_OK;
}

const command command_new = {
    .name = "new",
    .arguments = "FOLDER",
    .summary = "a new rule pack that checks, tests and runs, to start from",
    .description =
        "Makes the folder, whose name becomes the pack's name, with a small whole policy in it: "
        "fields, a scorecard, grades, follow-ups, a limit, reasons in English and Chinese, tests, "
        "and six made-up customers. Change it from there. A folder that is there already is left "
        "alone.",
    .options = NULL,
    .option_count = 0,
    .least = 1,
    .most = 1,
    .offer = OFFER_FOLDER,
    .run = run_new,
};
