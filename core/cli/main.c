/* The program assay: finds the command, prints its help or runs it, and turns its error into a line
 * on stderr and an exit code. Nothing else in the project ends the process. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../base/file.h"
#include "../base/text.h"
#include "cli.h"

static const command *const commands[] = {
    &command_run,        &command_show,   &command_report, &command_list,   &command_rejects,
    &command_explain,    &command_try,    &command_replay, &command_check,  &command_test,
    &command_docs,       &command_new,    &command_editor, &command_table,  &command_plugins,
    &command_completion, &command_backup, &command_prune,  &command_doctor, &command_schedule,
    &command_serve,      &command_token,  &command_runs,   &command_cancel,
};
enum { COMMANDS = sizeof commands / sizeof *commands };

static const char exit_codes[] =
    "Exit codes: 0 fine; 1 published, with rejects or rule errors, findings of check, or a replay\n"
    "that differs; 2 usage; 3 bad pack; 4 source failed; 5 store failed; 6 stopped by a guard,\n"
    "nothing published; 7 no such customer, pack or run; 8 database busy; 70 a fault of assay\n"
    "itself; 130 or 143 stopped by a signal.\n";

static void print_help(const char *program) {
  printf(
      "assay %s - grades customers: a class, a follow-up and a credit limit, with the reasons\n\n"
      "%s COMMAND [options]\n\n",
      ASSAY_VERSION, program);
  for (size_t i = 0; i < COMMANDS; i++) {
    char usage[80];
    snprintf(usage, sizeof usage, "%s %s", commands[i]->name, commands[i]->arguments);
    printf("  %-22s %s\n", usage, commands[i]->summary);
  }
  printf("\n%s COMMAND --help tells the options. A PACK is a folder or its base name.\n\n%s",
         program, exit_codes);
}

static const command *find(const char *name) {
  for (size_t i = 0; i < COMMANDS; i++)
    if (!strcmp(commands[i]->name, name)) return commands[i];
  return NULL;
}

static error_code unknown_command(const char *name, error *e) {
  const char *names[COMMANDS];
  buffer word = {0};
  for (size_t i = 0; i < COMMANDS; i++) names[i] = commands[i]->name;
  text_printable(&word, name, strlen(name), 60);
  buffer_char(&word, 0);
  const char *near = text_suggest(word.data, names, COMMANDS);
  if (near)
    error_set(e, ERR_USAGE, "there is no command '%s'; did you mean '%s'?", word.data, near);
  else
    error_set(e, ERR_USAGE, "there is no command '%s'; assay --help lists them", word.data);
  buffer_deinit(&word);
  return ERR_USAGE;
}

static error_code help_for(const char *program, const char *name, error *e) {
  const command *c = find(name);
  if (!c) return unknown_command(name, e);
  buffer page = {0};
  command_help(&page, file_base_name(program), c);
  fwrite(page.data, 1, page.size, stdout);
  buffer_deinit(&page);
  return ERR_OK;
}

static error_code dispatch(cli *c, int argc, char **argv, error *e) {
  const char *name = argv[1];
  if (!strcmp(name, "--version")) {
    printf("assay %s\n", ASSAY_VERSION);
    return ERR_OK;
  }
  if (!strcmp(name, "--help") || !strcmp(name, "-h") || !strcmp(name, "help")) {
    if (argc > 2) return help_for(c->program, argv[2], e);
    print_help(file_base_name(c->program));
    return ERR_OK;
  }
  const command *found = find(name);
  if (!found) return unknown_command(name, e);
  arguments a;
  error_code code = arguments_parse(found, argc - 2, argv + 2, &a, e);
  if (!code) code = a.help ? help_for(c->program, name, e) : found->run(c, &a, e);
  arguments_deinit(&a);
  return code;
}

/* Every line with the program's name before it, so that a log tells whose it is. */
static void print_error(const char *message) {
  while (*message) {
    const size_t n = strcspn(message, "\n");
    fprintf(stderr, "assay: %.*s\n", (int)n, message);
    message += n + (message[n] == '\n');
  }
}

int main(int argc, char **argv) {
  cli c = {
      .program = argc > 0 ? argv[0] : "assay", .commands = commands, .command_count = COMMANDS};
  error e = {0};
  error_code code;
  if (argc < 2) {
    fputs("assay: say what to do; assay --help lists the commands\n", stderr);
    return ERR_USAGE;
  }
  code = dispatch(&c, argc, argv, &e);
  if (!code && (fflush(stdout) || ferror(stdout)))
    code = error_set(&e, ERR_INTERNAL, "cannot write to standard output");
  fflush(stdout);
  if (code) print_error(e.message[0] ? e.message : error_text(code));
  if (!code) code = c.finding;
  arena_deinit(&c.arena);
  return (int)code;
}
