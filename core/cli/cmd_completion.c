/* assay completion: prints the completion script for bash or zsh, made from the option tables. */
#include <stdio.h>
#include <string.h>

#include "cli.h"

/* ---- bash ---- */

static void bash_offer(offer o, const char *words) {
  switch (o) {
  case OFFER_FILE:
    puts("        COMPREPLY=($(compgen -f -- \"$cur\")) ;;");
    break;
  case OFFER_FOLDER:
    puts("        COMPREPLY=($(compgen -d -- \"$cur\")) ;;");
    break;
  case OFFER_PACK:
    puts("        COMPREPLY=($(compgen -W \"$(_assay_packs)\" -- \"$cur\")) ;;");
    break;
  case OFFER_WORDS:
    fputs("        COMPREPLY=($(compgen -W '", stdout);
    for (const char *p = words; *p; p++) putchar(*p == '|' ? ' ' : *p);
    puts("' -- \"$cur\")) ;;");
    break;
  case OFFER_NOTHING:
    puts("        COMPREPLY=() ;;");
    break;
  }
}

static void bash_command(const command *c) {
  printf("  %s)\n    case $prev in\n", c->name);
  for (size_t i = 0; i < c->option_count; i++) {
    if (!c->options[i].value) continue;
    printf("      --%s)\n", c->options[i].name);
    bash_offer(c->options[i].offer, c->options[i].words);
  }
  puts("      *)\n        if [[ $cur == -* ]]; then");
  fputs("          COMPREPLY=($(compgen -W '--help", stdout);
  for (size_t i = 0; i < c->option_count; i++) printf(" --%s", c->options[i].name);
  puts("' -- \"$cur\"))");
  if (c->offer == OFFER_PACK)
    puts("        else\n          COMPREPLY=($(compgen -W \"$(_assay_packs)\" -- \"$cur\") "
         "$(compgen -d -- \"$cur\"))");
  else if (c->offer == OFFER_WORDS)
    puts("        else\n          COMPREPLY=($(compgen -W 'bash zsh' -- \"$cur\"))");
  else
    puts("        else\n          COMPREPLY=($(compgen -f -- \"$cur\"))");
  puts("        fi ;;\n    esac ;;");
}

static void print_bash(const cli *c) {
  puts("# bash completion for assay; made by: assay completion bash");
  puts("_assay_packs() {\n  local f\n  for f in rules/*/company.lua; do\n"
       "    [[ -e $f ]] && f=${f%/company.lua} && printf '%s\\n' \"${f#rules/}\"\n  done\n}");
  puts("_assay() {\n  local cur=${COMP_WORDS[COMP_CWORD]} prev=${COMP_WORDS[COMP_CWORD-1]}\n"
       "  if (( COMP_CWORD == 1 )); then");
  fputs("    COMPREPLY=($(compgen -W '--help --version help", stdout);
  for (size_t i = 0; i < c->command_count; i++) printf(" %s", c->commands[i]->name);
  puts("' -- \"$cur\"))\n    return\n  fi\n  case ${COMP_WORDS[1]} in");
  for (size_t i = 0; i < c->command_count; i++) bash_command(c->commands[i]);
  puts("  esac\n}\ncomplete -o filenames -o bashdefault -F _assay assay");
}

/* ---- zsh ---- */

/* Text inside of single quotes and of zsh's brackets. */
static void zsh_text(const char *text) {
  for (const char *p = text; *p; p++) {
    if (*p == '\'')
      fputs("'\\''", stdout);
    else if (strchr("[]:\\", *p))
      printf("\\%c", *p);
    else
      putchar(*p);
  }
}

static void zsh_action(offer o, const char *words) {
  if (o == OFFER_FILE) fputs("_files", stdout);
  if (o == OFFER_FOLDER) fputs("_files -/", stdout);
  if (o == OFFER_PACK) fputs("_assay_packs", stdout);
  if (o == OFFER_NOTHING) putchar(' ');
  if (o != OFFER_WORDS) return;
  putchar('(');
  for (const char *p = words; *p; p++) putchar(*p == '|' ? ' ' : *p);
  putchar(')');
}

static void zsh_option(const option *o) {
  printf("        '%s--%s%s[", o->many ? "*" : "", o->name, o->value ? "=" : "");
  zsh_text(o->help);
  putchar(']');
  if (o->value) {
    putchar(':');
    zsh_text(o->value);
    putchar(':');
    zsh_action(o->offer, o->words);
  }
  puts("' \\");
}

static void zsh_command(const command *c) {
  printf("    %s)\n      _arguments \\\n        '--help[show the help]' \\\n", c->name);
  for (size_t i = 0; i < c->option_count; i++) zsh_option(&c->options[i]);
  if (c->offer == OFFER_WORDS)
    puts("        ':shell:(bash zsh)' ;;");
  else
    printf("        ':argument:%s' '*:: :_files' ;;\n",
           c->offer == OFFER_PACK ? "_assay_packs" : "_files");
}

static void print_zsh(const cli *c) {
  puts("#compdef assay\n# zsh completion for assay; made by: assay completion zsh");
  puts("_assay_packs() {\n  local -a packs\n  packs=(rules/*/company.lua(N:h:t))\n"
       "  compadd -a packs\n  _files -/\n}");
  puts("_assay() {\n  local -a commands\n  commands=(");
  for (size_t i = 0; i < c->command_count; i++) {
    printf("    '%s:", c->commands[i]->name);
    zsh_text(c->commands[i]->summary);
    puts("'");
  }
  puts("  )\n  if (( CURRENT == 2 )); then\n    _describe command commands\n    return\n  fi\n"
       "  local command=$words[2]\n  shift words\n  (( CURRENT-- ))\n  case $command in");
  for (size_t i = 0; i < c->command_count; i++) zsh_command(c->commands[i]);
  puts("  esac\n}\n_assay \"$@\"");
}

static error_code run_completion(cli *c, const arguments *a, error *e) {
  const char *shell = a->words[0];
  if (!strcmp(shell, "bash"))
    print_bash(c);
  else if (!strcmp(shell, "zsh"))
    print_zsh(c);
  else
    return error_set(e, ERR_USAGE, "completion is there for bash and for zsh");
  return ERR_OK;
}

const command command_completion = {
    .name = "completion",
    .arguments = "SHELL",
    .summary = "the completion script for bash or zsh",
    .description = "Prints the completion script for SHELL, which is bash or zsh. For bash: "
                   "source <(assay completion bash). For zsh: assay completion zsh > _assay, in a "
                   "folder of $fpath. make install puts both in place.",
    .least = 1,
    .most = 1,
    .offer = OFFER_WORDS,
    .run = run_completion,
};
