/* assay token: makes, lists and revokes tokens of the API. */
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "../base/date.h"
#include "../base/number.h"
#include "../serve/guest.h"
#include "cli.h"
#include "output.h"

#define DAY 86400

static const option options[] = {
    {"name", "TEXT", OFFER_NOTHING, NULL, false, "new: whose it is, for the log and the list"},
    {"scope", "SCOPES", OFFER_NOTHING, NULL, false,
     "new: what it may do, with commas between: read (what was decided), evaluate (records of its "
     "own), operate (start and cancel runs; read as well), admin (everything)"},
    {"pack", "PACK", OFFER_PACK, NULL, true, "new: only for this pack; by default for all"},
    {"days", "N", OFFER_NOTHING, NULL, false, "new: until then; by default for ever"},
    {"format", "FORM", OFFER_WORDS, "table|csv|jsonl", false, "list: table, csv or jsonl"},
    CLI_OPTION_DB,
};

static error_code read_token(cli *c, const arguments *a, store_token *t, error *e) {
  long long days;
  const char *scopes = arguments_value(a, "scope");
  *t = (store_token){.name = arguments_value(a, "name"), .created = (int64_t)time(NULL)};
  t->packs = arena_array(&c->arena, a->count + 1, sizeof *t->packs);
  if (!t->name || !*t->name)
    return error_set(e, ERR_USAGE, "--name: say whose it is, for instance --name dashboard");
  if (!scopes)
    return error_set(e, ERR_USAGE, "--scope: say what it may do, for instance --scope read");
  error_code code = scopes_read(scopes, &t->scopes, e);
  if (!code) code = arguments_number(a, "days", 1, 36500, 0, &days, e);
  if (code) return code;
  if (days) t->expires = t->created + days * DAY;
  for (size_t i = 0; i < a->count && !code; i++)
    if (!strcmp(a->items[i].option->name, "pack"))
      code = cli_pack_name(c, a->items[i].value, &t->packs[t->pack_count++], e);
  return code;
}

static error_code make(cli *c, const arguments *a, store *s, error *e) {
  store_token t;
  char text[TOKEN_SIZE + 1];
  error_code code = read_token(c, a, &t, e);
  if (!code) code = token_make(text, t.hash, e);
  if (!code) code = store_token_add(s, &t, e);
  if (code) return code;
  printf("%s\n", text);
  fprintf(stderr,
          "assay: token %lld for %s: keep it now, only its hash is stored. Send it as\n"
          "  Authorization: Bearer %s\n",
          (long long)t.id, t.name, text);
  return ERR_OK;
}

/* ---- the list ---- */

static void put_row(cli *c, output *o, const store_token *t) {
  buffer text = {0};
  output_text(o, arena_format(&c->arena, "%lld", (long long)t->id));
  output_text(o, t->name);
  scopes_write(&text, t->scopes);
  output_cell(o, text.data ? text.data : "", text.size);
  buffer_clear(&text);
  for (size_t i = 0; i < t->pack_count; i++)
    buffer_format(&text, "%s%s", i ? "," : "", t->packs[i]);
  output_cell(o, t->pack_count ? text.data : "all", t->pack_count ? text.size : 3);
  output_moment(o, t->created, (zone){0});
  output_moment(o, t->expires, (zone){0});
  output_moment(o, t->revoked, (zone){0});
  output_end_row(o);
  buffer_deinit(&text);
}

static error_code list(cli *c, const arguments *a, store *s, error *e) {
  static const char *const columns[] = {"token",   "name",    "scopes", "packs",
                                        "created", "expires", "revoked"};
  store_token *all;
  size_t count;
  error_code code = store_tokens(s, &c->arena, &all, &count, e);
  if (code) return code;
  output *o =
      output_new(stdout, output_format_of(arguments_value(a, "format")), output_colour(stdout));
  for (size_t i = 0; i < sizeof columns / sizeof *columns; i++)
    output_column(o, columns[i], i ? CELL_TEXT : CELL_RAW);
  for (size_t i = 0; i < count; i++) put_row(c, o, &all[i]);
  return output_close(o, e);
}

static error_code revoke(const arguments *a, store *s, error *e) {
  int64_t id;
  if (a->word_count < 2 || integer_parse(a->words[1], strlen(a->words[1]), &id) != PARSE_OK)
    return error_set(e, ERR_USAGE,
                     "assay token revoke N: the number of a token, as "
                     "`assay token list` shows it");
  return store_token_revoke(s, id, (int64_t)time(NULL), e);
}

static error_code run_token(cli *c, const arguments *a, error *e) {
  const char *what = a->words[0];
  store *s = NULL;
  bool lists = !strcmp(what, "list"), makes = !strcmp(what, "new");
  if (!lists && !makes && strcmp(what, "revoke") != 0)
    return error_set(e, ERR_USAGE, "assay token %s: expected new, list or revoke", what);
  error_code code = store_open(cli_database(a), lists ? STORE_READ : STORE_WRITE, &s, e);
  if (!code) code = lists ? list(c, a, s, e) : makes ? make(c, a, s, e) : revoke(a, s, e);
  store_close(s);
  return code;
}

const command command_token = {
    .name = "token",
    .arguments = "new|list|revoke N",
    .summary = "tokens of the API: who may ask what",
    .description =
        "new makes a token and prints it, once: the database keeps only its hash. It is bound to "
        "what it may do, and to packs, so that one company's token never sees another's. revoke "
        "ends one; a service that runs refuses it a second later.",
    .options = options,
    .option_count = sizeof options / sizeof *options,
    .least = 1,
    .most = 2,
    .run = run_token,
};
