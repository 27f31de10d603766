/* assay editor: a definition file with the words of the language and the names of the pack, for the Lua
 * language server of an editor. It must never change what a person wrote: a .luarc.json that is there is
 * read and left alone. */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "../base/file.h"
#include "../base/json.h"
#include "../lang/period.h"
#include "cli.h"
#include "editor_definition.h"

static const option options[] = {
    {"print", NULL, OFFER_NOTHING, NULL, false, "print the definition and write nothing"},
};

#define LIBRARY ".assay"
#define CONFIG ".luarc.json"

/* What rules do not have is not offered either. */
static const char config_text[] =
    "{\n"
    "  \"$schema\": "
    "\"https://raw.githubusercontent.com/LuaLS/vscode-lua/master/setting/schema.json\",\n"
    "  \"runtime.version\": \"Lua 5.4\",\n"
    "  \"runtime.builtin\": {\n"
    "    \"coroutine\": \"disable\",\n"
    "    \"debug\": \"disable\",\n"
    "    \"io\": \"disable\",\n"
    "    \"os\": \"disable\",\n"
    "    \"package\": \"disable\"\n"
    "  },\n"
    "  \"workspace.library\": [\"" LIBRARY "\"],\n"
    "  \"workspace.checkThirdParty\": false\n"
    "}\n";

/* ---- files ---- */

/* Whole or not at all. */
static error_code write_file(cli *c, const char *path, const char *text, size_t n, error *e) {
  const char *beside = arena_format(&c->arena, "%s.new", path);
  FILE *f = fopen(beside, "wb");
  bool fine = f && fwrite(text, 1, n, f) == n;
  if (f && fclose(f)) fine = false;
  if (fine && rename(beside, path) == 0) return ERR_OK;
  const error_code code =
      error_set(e, ERR_USAGE, "%s cannot be written: %s", path, strerror(errno));
  if (f) unlink(beside);
  return code;
}

static error_code write_definition(cli *c, const char *folder, const buffer *text, error *e) {
  const char *library = arena_format(&c->arena, "%s/" LIBRARY, folder);
  if (mkdir(library, 0777) && errno != EEXIST)
    return error_set(e, ERR_USAGE, "the folder %s cannot be made: %s", library, strerror(errno));
  const char *path = arena_format(&c->arena, "%s/assay.lua", library);
  const error_code code = write_file(c, path, text->data, text->size, e);
  if (!code) printf("%s\n", path);
  return code;
}

/* ---- .luarc.json ---- */

static bool lists_library(const json *list) {
  for (size_t i = 0; i < json_count(list); i++) {
    const char *path = json_text(&list->items[i]);
    if (path && strcmp(file_base_name(path), LIBRARY) == 0) return true;
  }
  return false;
}

/* The setting in any of the forms that the language server reads. */
static bool knows_library(const json *config) {
  return lists_library(json_member(config, "workspace.library")) ||
         lists_library(json_member(config, "Lua.workspace.library")) ||
         lists_library(json_member(json_member(config, "workspace"), "library"));
}

static error_code settle_config(cli *c, const char *folder, error *e) {
  const char *path = arena_format(&c->arena, "%s/" CONFIG, folder);
  if (access(path, F_OK) != 0) {
    const error_code code = write_file(c, path, config_text, sizeof config_text - 1, e);
    if (!code) printf("%s\n", path);
    return code;
  }
  const json *config = NULL;
  const bool plain = json_read_file(&c->arena, path, path, &config, NULL) == ERR_OK;
  if (!knows_library(config))
    printf("%s is yours and stays as it is%s; add to it:\n"
           "  \"workspace.library\": [\"" LIBRARY "\"]\n",
           path, plain ? "" : " (it is not plain JSON)");
  return ERR_OK;
}

/* ---- the command ---- */

/* Now, or the nearest day on which the pack is in force. */
static int64_t moment_of(const pack *p) {
  const int64_t now = time(NULL), today = moment_date(now, p->zone);
  if (period_holds(&p->effective, today)) return now;
  const int64_t day = today < p->effective.from ? p->effective.from : p->effective.to;
  return moment_at(day, 12 * 3600, p->zone);
}

static error_code blame(const char *name, const findings *found, error *e) {
  return error_set(
      e, ERR_PACK,
      "the pack %s has %zu error%s, so its names are not known; mend them and run this "
      "again",
      name, found->errors, found->errors == 1 ? "" : "s");
}

/* A definition that is there, with the pack's names as they were, is worth more than one without. */
static bool is_needed(cli *c, const char *folder, const plan *made) {
  return made || access(arena_format(&c->arena, "%s/" LIBRARY "/assay.lua", folder), F_OK) != 0;
}

static error_code run_editor(cli *c, const arguments *a, error *e) {
  const char *name = a->words[0], *folder = pack_folder(&c->arena, name);
  findings found = {0};
  buffer text = {0};
  error_code code = ERR_OK;
  pack *p = pack_load(name, &found);
  plan *made = p ? plan_new(p, &(plan_options){.as_of = moment_of(p)}, &found) : NULL;
  if (!folder) {
    code = cli_no_pack(name, &found, e);
  } else {
    editor_definition(&text, made ? p : NULL, made);
    if (arguments_flag(a, "print"))
      fwrite(text.data, 1, text.size, stdout);
    else if (is_needed(c, folder, made))
      code = write_definition(c, folder, &text, e);
    if (!code && !arguments_flag(a, "print")) code = settle_config(c, folder, e);
    if (!code && !made) {
      cli_tell_findings(c, p, &found);
      code = blame(name, &found, e);
    }
  }
  plan_free(made);
  pack_free(p);
  buffer_deinit(&text);
  findings_deinit(&found);
  return code;
}

const command command_editor = {
    .name = "editor",
    .arguments = "PACK",
    .summary = "completion for the pack in VS Code, Neovim and others",
    .description =
        "Writes .assay/assay.lua into the pack's folder: the words of the language with what can "
        "stand in their tables, and the fields, steps, choices, parameters, outputs and codes of "
        "the pack, as annotations that a Lua language server (LuaLS) reads. And .luarc.json, which "
        "tells the server of it, unless there is one: that is left alone, and it is said what to "
        "add. Neither file is part of the pack; run this again when fields or steps have changed.",
    .options = options,
    .option_count = sizeof options / sizeof *options,
    .least = 1,
    .most = 1,
    .offer = OFFER_PACK,
    .run = run_editor,
};
